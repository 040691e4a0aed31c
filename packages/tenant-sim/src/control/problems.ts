import { z } from 'zod';
import type { ControlErrorCode, ControlFailure, ControlProblem } from './contract.ts';

/** A request that is not carried out. Nothing has changed. */
export class ControlRefusal extends Error {
  readonly status: number;
  readonly code: ControlErrorCode;
  readonly problems: readonly ControlProblem[];

  constructor(status: number, code: ControlErrorCode, message: string, problems: readonly ControlProblem[] = []) {
    super(message);
    this.name = 'ControlRefusal';
    this.status = status;
    this.code = code;
    this.problems = problems;
  }

  get answer(): ControlFailure {
    return { error: { code: this.code, message: this.message, problems: this.problems } };
  }
}

export interface Where {
  readonly place: ControlProblem['place'];
  /** The field that the value stands in, where it is not the whole. */
  readonly under?: string;
}

/** What the schema makes of the value; a refusal names each field that is wrong. */
export function take<S extends z.ZodType>(schema: S, value: unknown, where: Where): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, where, known));
  throw new ControlRefusal(400, 'invalid-request', 'Nothing was done: the request is not as it has to be.', problems);
}

export const notFound = (what: string, { place, field, remedy }: Omit<ControlProblem, 'message'>): ControlRefusal =>
  new ControlRefusal(404, 'not-found', `There is no ${what}.`, [{ place, field, message: `There is no ${what}`, remedy }]);

function problemsOf(issue: z.core.$ZodIssue, { place, under }: Where, known: readonly string[]): readonly ControlProblem[] {
  const at = (path: readonly PropertyKey[]): string => [...(under === undefined ? [] : [under]), ...path.map(String)].join('.');
  if (issue.code !== 'unrecognized_keys') return [{ place, field: at(issue.path), message: issue.message, remedy: remedyFor(issue) }];
  const remedy = issue.path.length > 0 || known.length === 0 ? 'Leave it out.' : `Leave it out, or use one of: ${known.join(', ')}.`;
  return issue.keys.map((key) => ({ place, field: at([...issue.path, key]), message: 'Unknown field', remedy }));
}

function remedyFor(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `Give a value of the type ${issue.expected}.`;
    case 'invalid_value':
      return `Use one of: ${issue.values.map(String).join(', ')}.`;
    case 'invalid_format':
      return issue.format === 'datetime' ? 'Write it as 2026-11-23T10:00:00Z.' : `Write it as ${issue.format}.`;
    case 'too_small':
      return `Give ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}.`;
    case 'too_big':
      return `Give ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}.`;
    case 'invalid_union':
      return `Give one of: ${issue.errors.flatMap((branch) => branch.map(({ message }) => message)).join('; ')}.`;
    default:
      return 'Correct the value.';
  }
}
