import type { ManifestSelection } from '@securosys/sign';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';

const choices = ['index', 'children', 'all'] as const;

/** Options of commands that mean some manifests of an index. */
export const selectionOptions: readonly CommandOption[] = [
  {
    name: 'manifests',
    value: 'which',
    choices,
    describe: 'of an image index: itself (default), the images that it lists, or all',
  },
  { name: 'platform', value: 'os/arch', many: true, describe: 'images of an index for this platform' },
];

/** What of an index is meant. */
export function selectionOf({ words }: Pick<CommandContext, 'words'>): ManifestSelection {
  const manifests = choices.find((one) => one === words.text('manifests'));
  const platforms = words.list('platform');
  return { ...(manifests && { manifests }), ...(platforms.length > 0 && { platforms }) };
}
