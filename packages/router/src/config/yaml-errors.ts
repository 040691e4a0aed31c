import type { ErrorCode, YAMLError } from 'yaml';

interface Description {
  readonly message: string;
  readonly remedy: string;
}

const INDENTATION = 'Indent with two spaces per level, and children further than their parent.';

/** In our own words: the parser's quote the text, which may be a secret. */
const DESCRIPTIONS: Readonly<Partial<Record<ErrorCode, Description>>> = {
  ALIAS_PROPS: { message: 'An alias carries a tag or an anchor of its own.', remedy: 'Leave only the alias.' },
  BAD_ALIAS: { message: 'An alias or anchor has no valid name.', remedy: 'Put quotes around a text that begins with * or &.' },
  BAD_DIRECTIVE: { message: 'A line that begins with % is no directive of YAML.', remedy: 'Remove the line, or put quotes around the text.' },
  BAD_DQ_ESCAPE: { message: 'A backslash in double quotes begins an escape that YAML does not know.', remedy: 'Use single quotes, or write the backslash twice.' },
  BAD_INDENT: { message: 'The indentation does not fit, or a bracket is not closed.', remedy: INDENTATION },
  BAD_PROP_ORDER: { message: 'An anchor or a tag stands in the wrong place.', remedy: 'Put anchors and tags before the value.' },
  BAD_SCALAR_START: { message: 'A text begins with a character that YAML reserves.', remedy: 'Put quotes around the text.' },
  BLOCK_AS_IMPLICIT_KEY: { message: 'A second ": " stands on the line of a key.', remedy: 'Put quotes around a value that holds ": ", or begin a new line.' },
  BLOCK_IN_FLOW: { message: 'Indented lines stand within brackets.', remedy: 'Close the bracket, or write the whole as indented lines.' },
  KEY_OVER_1024_CHARS: { message: 'A key is longer than 1024 characters.', remedy: 'Check for a missing line break or quote.' },
  MISSING_CHAR: { message: 'A closing quote, a bracket, a colon or a comma is missing.', remedy: 'Add the missing character.' },
  MULTILINE_IMPLICIT_KEY: { message: 'A key goes over several lines, or its colon is missing.', remedy: 'Write the key on one line, followed by a colon and a space.' },
  MULTIPLE_ANCHORS: { message: 'A value has more than one anchor.', remedy: 'Leave one.' },
  MULTIPLE_TAGS: { message: 'A value has more than one tag.', remedy: 'Leave none: the configuration needs no tags.' },
  NON_STRING_KEY: { message: 'A key is a list or a map.', remedy: 'Write a plain name before the colon.' },
  TAB_AS_INDENT: { message: 'A tab is used for indentation.', remedy: 'Indent with spaces.' },
  TAG_RESOLVE_FAILED: { message: 'A value has a tag (a word that begins with !), which a configuration does not use.', remedy: 'Remove the tag, or put quotes around a text that begins with !.' },
  BAD_COLLECTION_TYPE: { message: 'A tag does not fit the value it stands before.', remedy: 'Remove the tag.' },
  UNEXPECTED_TOKEN: { message: 'Something stands where YAML expects nothing like it.', remedy: 'Check indentation, quotes and brackets on this line and the one before.' },
  RESOURCE_EXHAUSTION: { message: 'The file is nested too deeply to be read.', remedy: 'Write it without nesting lists and maps more than a few levels.' },
};

const UNKNOWN: Description = { message: 'This is not valid YAML.', remedy: 'Check indentation, quotes and brackets on this line and the one before.' };

export function describeSyntaxError(error: Pick<YAMLError, 'code' | 'pos'>, text: string): Description {
  if (error.code !== 'DUPLICATE_KEY') return DESCRIPTIONS[error.code] ?? UNKNOWN;
  const key = /^[\w-]{1,64}/.exec(text.slice(error.pos[0]))?.[0];
  return {
    message: key ? `The key "${key}" is given twice in the same place.` : 'A key is given twice in the same place.',
    remedy: 'Keep one of the two; a second entry of a list begins with a hyphen.',
  };
}
