import type { Command } from 'commander';
import { wrap } from '../view/text.ts';

type Example = readonly [command: string, meaning: string];

/** The examples below a help text, aligned where there is room for it. */
export const examples =
  (...list: readonly Example[]) =>
  ({ command }: { readonly command: Command }): string => {
    const help = command.createHelp();
    const width = Math.max(...list.map(([text]) => text.length));
    const room = command.configureOutput().getOutHelpWidth?.() ?? 80;
    const fits = list.every(([, meaning]) => width + meaning.length + 4 <= room);
    const lines = list.map(([text, meaning]) => {
      const shown = help.styleCommandText(text);
      if (meaning === '') return `  ${shown}`;
      return fits ? `  ${shown}${' '.repeat(width - text.length)}  ${meaning}` : `  ${shown}\n${wrap(meaning, room, '      ')}`;
    });
    return `\n${help.styleTitle('Examples:')}\n${lines.join('\n')}`;
  };

export const EXIT_CODES_HELP = `
Exit codes:
  0    everything asked for was done
  1    something failed: a broken mailbox, a failed test, mail that was not sent
  2    the command line is wrong
  3    the configuration cannot be read or is not valid
  4    plan --exit-code: there is something to change
  130  interrupted (watch and run end with 0)`;
