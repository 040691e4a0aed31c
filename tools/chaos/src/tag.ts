const TAG = /\[chaos ([\w.-]+)\]/;
const END = '[chaos-end]';

/** Stands in the text of a letter, which no door makes anew; every header may be changed on the way, or shared by many. */
export const taggedText = (tag: string, between: readonly string[] = []): string => [`[chaos ${tag}]`, ...between, END, ''].join('\r\n');

/** What carries no tag is one kind of mail, so that it is counted too. */
export const UNTAGGED = 'untagged';

export const tagIn = (text: string): string => TAG.exec(text)?.[1] ?? UNTAGGED;

/** Whether a letter has come to its end. A program whose router dies is left with a part, which is nothing that it was handed. */
export const isWhole = (text: string): boolean => text.includes(END);
