import { type IProblem, RequestError } from '../client';

/** Return what to tell of anything that was thrown. */
export function problemOf(error: unknown): IProblem {
  if (error instanceof RequestError) {
    return error.problem;
  }
  const message = error instanceof Error ? error.message : String(error);
  return { message, reason: 'unknown', mends: '' };
}

/** Return a problem as one line: what is wrong, and what to do. */
export function lineOf(problem: IProblem): string {
  return [problem.message, problem.mends].filter(Boolean).join(' ');
}
