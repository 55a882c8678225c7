// Injected faults: `{match, kind: secondary|reset|truncate | status, headers, body, from, times, delay_ms}`.
// `match` is a regular expression on "METHOD path?query"; a fault is active on the calls from..from+times-1 that reach it.
import http from "node:http";

export const SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

export function nextFault(faults, call) {
  for (const fault of faults) {
    if (!new RegExp(fault.match).test(call)) continue;
    fault.seen = (fault.seen ?? 0) + 1;
    const from = fault.from ?? 1;
    if (fault.seen >= from && fault.seen < from + (fault.times ?? 1)) return fault;
  }
  return undefined;
}

/** Plays a fault; true when it has answered. */
export async function play(fault, { req, res, entry, answer, rate }) {
  entry.fault = fault.kind ?? fault.status ?? "delay";
  if (fault.delay_ms) await new Promise((resolve) => setTimeout(resolve, fault.delay_ms));
  if (fault.kind === "reset") {
    entry.status = -1;
    req.socket.destroy();
  } else if (fault.kind === "truncate") {
    entry.status = -2;
    res.writeHead(200, { "content-type": "application/json", "content-length": 5000 });
    res.write('[{"id":1,');
    setTimeout(() => req.socket.destroy(), 20);
  } else if (fault.kind === "secondary") {
    const wait = fault.retry_after === null ? {} : { "retry-after": fault.retry_after ?? 1 };
    answer(fault.status ?? 403, { message: SECONDARY }, { ...rate(), ...wait });
  } else if (fault.status) {
    answer(
      fault.status,
      fault.body ?? { message: fault.message ?? http.STATUS_CODES[fault.status] },
      fault.headers ?? {},
    );
  } else return false;
  return true;
}
