import { invalidArgument, SignError, sanitizeText } from '@securosys/core';
import { type RequestView, type TaskView, taskText } from '@securosys/sign/approver';
import type { CommandContext } from '../context.js';
import type { Line } from '../output/output.js';
import { shownLines } from './shown.js';

/** What a decision is about: tasks, and how they read. */
export interface ChosenTasks {
  readonly tasks: readonly TaskView[];
  readonly lines: readonly Line[];
}

function one(requests: readonly RequestView[], name: string, context: CommandContext): ChosenTasks {
  const named = requests.filter(({ id }) => id === name);
  const [request] = named;
  if (named.length > 1)
    return invalidArgument('several requests go by this id, and they may be of different people: name their tasks one by one');
  if (request) return { tasks: request.tasks, lines: shownLines(request, context) };
  const task = requests.flatMap(({ tasks }) => tasks).find(({ id }) => id === name);
  if (task) return { tasks: [task], lines: taskText(task) };
  throw new SignError('ERR_REQUEST_NOT_FOUND', `nothing of this id waits for you: ${sanitizeText(name, 128)}`, {
    details: { advice: 'it may be decided, withdrawn or expired: securosys-sign tasks shows what waits' },
  });
}

/**
 * The tasks that ids of requests and of tasks stand for, each once.
 * @throws SignError `ERR_REQUEST_NOT_FOUND`, `ERR_INVALID_ARGUMENT`
 */
export function chooseTasks(requests: readonly RequestView[], names: readonly string[], context: CommandContext): ChosenTasks {
  const chosen = [...new Set(names)].map((name) => one(requests, name, context));
  return { tasks: [...new Set(chosen.flatMap(({ tasks }) => tasks))], lines: chosen.flatMap(({ lines }) => lines) };
}
