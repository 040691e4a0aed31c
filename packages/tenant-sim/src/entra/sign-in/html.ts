/** Text that is markup already. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | undefined | false | readonly Html[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

function render(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part));
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
}

/** Markup with everything filled in escaped, unless it is markup itself. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  markup: strings.map((text, index) => text + (index < parts.length ? render(parts[index]) : '')).join(''),
});

export const hidden = (fields: Readonly<Record<string, string>>): readonly Html[] => Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #fff; --ground: #eef1f5; --accent: #0b5cad; --on-accent: #fff; --bad: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa4b0; --line: #3a434d; --paper: #161b22; --ground: #0d1117; --accent: #4a9eff; --on-accent: #06121f; --bad: #ff8182; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1rem; padding: 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 28rem; padding: 2.25rem 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; box-shadow: 0 8px 30px rgb(0 0 0 / 8%); }
.tenant { margin: 0 0 1.25rem; color: var(--soft); font-size: .9rem; font-weight: 600; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: .5rem 0; } .soft { color: var(--soft); font-size: .9rem; }
label { display: block; margin: 1.25rem 0 .35rem; font-weight: 600; }
label.check { font-weight: 400; display: flex; gap: .6rem; align-items: baseline; }
input[type=text], input[type=email], input[type=password] { width: 100%; padding: .65rem .75rem; border: 1px solid var(--soft); border-radius: .4rem; background: transparent; color: inherit; font: inherit; }
button { padding: .65rem 1.4rem; border: 1px solid var(--accent); border-radius: .4rem; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
button.plain { background: transparent; color: var(--accent); border-color: var(--line); }
button.link { padding: 0; border: 0; background: none; color: var(--accent); text-decoration: underline; font-weight: 400; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.actions { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: .75rem; margin-top: 1.75rem; }
.account { display: block; width: 100%; margin: .6rem 0; padding: .75rem 1rem; text-align: left; background: transparent; color: inherit; border-color: var(--line); font-weight: 400; }
.account:hover { border-color: var(--accent); } .account strong { display: block; }
.error { margin: 1rem 0; padding: .65rem .9rem; border-left: 4px solid var(--bad); background: color-mix(in srgb, var(--bad) 10%, transparent); }
ul { padding: 0; margin: 1rem 0; list-style: none; } li { padding: .6rem 0; border-top: 1px solid var(--line); }
code { font-size: .85rem; overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: .8rem; }
`;

/** A whole page. It says that it is none of Microsoft's, lest a password be typed into it that is worth something. */
export const page = (title: string, organization: string, content: Html): string =>
  html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${{ markup: STYLE }}</style></head>
<body><main><p class="tenant">${organization}</p>${content}</main><footer>A simulated tenant for tests. Not Microsoft.</footer></body>
</html>
`.markup;
