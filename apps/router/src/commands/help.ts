import type { Command } from 'commander';

type Example = readonly [command: string, meaning: string];

/** The examples below a help text, aligned. */
export const examples =
  (...list: readonly Example[]) =>
  ({ command }: { readonly command: Command }): string => {
    const help = command.createHelp();
    const width = Math.max(...list.map(([text]) => text.length));
    const lines = list.map(([text, meaning]) => `  ${help.styleCommandText(text)}${' '.repeat(width - text.length)}  ${meaning}`.trimEnd());
    return `\n${help.styleTitle('Examples:')}\n${lines.join('\n')}`;
  };

export const EXIT_CODES_HELP = `
Exit codes:
  0    everything asked for was done
  1    something failed: a broken mailbox, a test that did not pass, a mail that was not sent
  2    the command line is wrong
  3    the configuration cannot be read or is not valid
  4    plan --exit-code: there is something to change
  130  interrupted (watch and run end with 0)`;
