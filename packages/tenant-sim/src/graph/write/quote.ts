import type { Mailbox as Address } from '../../mime/facts.ts';
import { escapeHtml, type ShownBody, shownBody } from '../messages/content.ts';
import { sentAt } from '../messages/properties.ts';
import type { MessageView } from '../messages/view.ts';

/** What is answered below what answers it, as Outlook does. */
export function quote(view: MessageView, answer: ShownBody = { contentType: 'text', content: '' }): ShownBody {
  const original = shownBody(view.body, 'html').content;
  const own = answer.contentType === 'html' ? inner(answer.content) : escapeHtml(answer.content).replaceAll(/\r?\n/g, '<br>\r\n');
  const { from, to, cc, subject = '' } = view.headers;
  const lines = [
    ['From', from ? [from] : []],
    ['To', to],
    ['Cc', cc],
  ] as const;
  const header = [
    ...lines.flatMap(([name, addresses]) => (addresses.length > 0 ? [`<b>${name}:</b> ${escapeHtml(addresses.map((address) => written(address)).join('; '))}<br>`] : [])),
    `<b>Sent:</b> ${sentAt(view).toUTCString()}<br>`,
    `<b>Subject:</b> ${escapeHtml(subject)}`,
  ];
  return {
    contentType: 'html',
    content: `<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body>\r\n${own}\r\n<hr tabindex="-1" style="display:inline-block; width:98%">\r\n<div id="divRplyFwdMsg" dir="ltr">${header.join('\r\n')}</div>\r\n${inner(original)}\r\n</body>\r\n</html>\r\n`,
  };
}

const written = ({ name, address }: Address): string => (name === undefined ? address : `${name} <${address}>`);

/** What is between the body tags, or all of it. */
const inner = (html: string): string => /<body[^>]*>([\s\S]*?)(<\/body>|$)/i.exec(html)?.[1]?.trim() ?? html;
