const REPORT = /^\s*multipart\/report\s*[;(]/i;
const REPORT_TYPE = /;\s*report-type\s*=\s*(?:"([^"]*)"|([^\s;()"]+))/i;

/** The `report-type` that a Content-Type names (RFC 6522 §3), folded or not, in small letters; `undefined` for what is no multipart/report. */
export function reportTypeOf(contentType: string): string | undefined {
  if (!REPORT.test(contentType)) return undefined;
  const [, quoted, token] = REPORT_TYPE.exec(contentType) ?? [];
  return (quoted ?? token)?.trim().toLowerCase() || undefined;
}
