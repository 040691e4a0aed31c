import { badRequest, unknownProperty } from '../http/graph-error.ts';
import { descend } from '../odata/evaluate.ts';
import { allExtendedProperties, normalizedId } from './extended-properties.ts';
import { comparedProperty, needsBody, propertyName } from './properties.ts';
import type { MessageView } from './view.ts';

/** What filters and orders see of a message: `isRead`, `from/emailAddress/address`. */
export function readPath(view: MessageView, path: string): unknown {
  const [head = '', ...rest] = path.split('/');
  if (head.toLowerCase() === 'id') return view.id;
  if (head.toLowerCase() === 'singlevalueextendedproperties') return allExtendedProperties(view).map(({ id, value }) => ({ id: normalizedId(id), value }));
  const name = propertyName(head);
  if (name === undefined) throw unknownProperty(head, 'message');
  if (needsBody(name)) throw badRequest(`The property '${name}' does not support filtering.`, 'ErrorInvalidProperty');
  return descend(comparedProperty(view, name), rest);
}
