import type { Expand } from '../odata/options.ts';
import type { MessageView } from '../messages/view.ts';
import { attachmentsOf } from './attachment.ts';
import { attachmentJson } from './show.ts';

/** `$expand=attachments`, with or without `($select=…)`. */
export function expandedAttachments(view: MessageView, { options }: Expand): readonly unknown[] {
  const select = options.get('$select')?.split(',').map((name) => name.trim());
  return attachmentsOf(view).map((attachment) => attachmentJson(view, attachment, select));
}
