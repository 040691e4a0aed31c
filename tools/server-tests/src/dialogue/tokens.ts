/** An answer taken apart: words, strings and lists. Quoted or literal makes no difference. */
export type Token = { readonly word: string } | { readonly string: string } | readonly Token[];

const WORD = /[^\s()"{[]+(?:\[[^\]]*\](?:<\d+>)?)?/y;

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const stack: Token[][] = [tokens];
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at);
    const top = stack.at(-1) ?? tokens;
    if (char === '(') {
      const list: Token[] = [];
      top.push(list);
      stack.push(list);
      at += 1;
    } else if (char === ')') {
      stack.pop();
      at += 1;
    } else if (char === '"') {
      const end = endOfQuoted(text, at);
      top.push({ string: text.slice(at + 1, end).replaceAll(/\\(.)/g, '$1') });
      at = end + 1;
    } else if (char === '{') {
      const [head = '', size = '0'] = /^\{(\d+)\}\r\n/.exec(text.slice(at)) ?? [];
      top.push({ string: text.slice(at + head.length, at + head.length + Number(size)) });
      at += head.length + Number(size);
    } else {
      WORD.lastIndex = at;
      const word = WORD.exec(text)?.[0];
      if (word === undefined) at += 1;
      else {
        top.push({ word });
        at += word.length;
      }
    }
  }
  return tokens;
}

function endOfQuoted(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
