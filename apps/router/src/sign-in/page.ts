/** What the browser shows at the end. */
export interface EndPage {
  readonly title: string;
  readonly lines: readonly string[];
  readonly good: boolean;
}

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const STYLE = `
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif; }
body { display: grid; place-content: center; min-height: 90vh; margin: 0; padding: 1rem; background: Canvas; color: CanvasText; }
main { max-width: 32rem; border-left: .35rem solid var(--accent); padding: .25rem 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
p { margin: .5rem 0; }
main.good { --accent: #2e9e5b; }
main.bad { --accent: #c8372d; }
`;

/** A page that loads nothing and runs nothing. */
export const renderEndPage = ({ title, lines, good }: EndPage): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} · Signalbox</title>
<style>${STYLE}</style>
</head>
<body>
<main class="${good ? 'good' : 'bad'}" role="${good ? 'status' : 'alert'}">
<h1>${escapeHtml(title)}</h1>
${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
</main>
</body>
</html>
`;

/** The address of the page holds a code: it must not travel further, nor stay in a cache. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'connection': 'close',
} as const;
