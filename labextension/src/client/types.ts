/** What the server's API tells; the names are those of docs/server.md. */

export const TASKS = ['translate', 'summarize', 'redact'] as const;
export type Task = (typeof TASKS)[number];

/** A model that can be pulled or is installed. */
export interface IModel {
  /** Of a family of models a pattern, such as `opus-mt-{source}-{target}`. */
  name: string;
  title: string;
  /** `seq2seq`, `causal`, `encoder` or `head`. */
  kind: string;
  /** Whether it stands for one model for each pair of its languages. */
  pattern: boolean;
  tasks: Task[];
  /** ISO 639-1 codes; `*` is any. */
  languages: string[];
  /** The directions such as `en-fr` that it was made for; none where it does any. */
  pairs: string[];
  domain: string;
  licence: string;
  parameters: number;
  /** Bytes to download, bytes on the disk. */
  download: number;
  disk: number;
  starter: boolean;
  /** Models that are installed with it. */
  requires: string[];
  installed: boolean;
  /** Whether it lies in a folder that others share. */
  shared: boolean;
  removable: boolean;
  quality: string;
}

/** The default model of a task: what was kept for the user, and what is in force. */
export interface IDefault {
  kept: string | null;
  in_force: string | null;
}

export interface IStatus {
  slm_magic: string;
  offline: boolean;
  loaded: { name: string; bytes: number }[];
  /** Bytes: of the server's process where it can be read, and what loaded models may take. */
  memory: { process: number | null; models_most: number };
  jobs: { waiting: number; running: number };
  limits: { waiting_jobs: number; body_bytes: number; rows: number };
  /** Whether what redaction needs is installed. */
  redact: boolean;
}

export interface IProblem {
  /** One line for people, which quotes no text. */
  message: string;
  /** One word for programs. */
  reason: string;
  /** What to do about it; may be empty. */
  mends: string;
}

export type JobState = 'waiting' | 'running' | 'cancelling' | 'done' | 'failed' | 'cancelled';

/** How far a step of a job is; a unit `B` is bytes, a total `null` is not known. */
export interface IStep {
  what: string;
  unit: string;
  done: number;
  total: number | null;
}

export interface IJob {
  id: string;
  task: string;
  model: string | null;
  state: JobState;
  progress: IStep | null;
  error: IProblem | null;
  created: string;
  started: string | null;
  ended: string | null;
}

/** What a job is started with: `task`, and the fields that docs/server.md names for it. */
export interface IJobRequest {
  task: string;
  [field: string]: unknown;
}

/** Something that looks wrong in a result. */
export interface IFlag {
  kind: string;
  message: string;
  start: number | null;
  end: number | null;
}

/** One result, as in `application/vnd.slm-magic.result+json`. */
export interface IResult {
  schema: number;
  task: Task;
  text: string;
  flags: IFlag[];
  model: { name: string; revision: string; sha256: string };
  /** Seconds. */
  elapsed: number;
  [field: string]: unknown;
}

export function ended(job: IJob): boolean {
  return job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
}
