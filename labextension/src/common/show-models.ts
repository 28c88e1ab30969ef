import type { CommandRegistry } from '@lumino/commands';

/** Opens the list of models; the sidebar has it. */
export const SHOW_MODELS = 'slm-magic:show-models';

/** Return what opens the list of models; null where it is not there. */
export function showModels(commands: CommandRegistry): (() => void) | null {
  return commands.hasCommand(SHOW_MODELS) ? () => void commands.execute(SHOW_MODELS) : null;
}
