/** What an operation of a store may answer. Without a check a store that forgets a `return` would lose updates in silence. */
export interface AnswerShape {
  /** For the error: what was expected. */
  readonly description: string;
  matches(answer: unknown): boolean;
}

const LONGEST_STATUS = 20;

export const LOADED = byStatus('found', ['missing', 'gone']);
export const LOCKED = byStatus('acquired', ['held', 'missing', 'gone']);

export const DONE_OR_NOT: AnswerShape = {
  description: 'true or false',
  matches: (answer) => typeof answer === 'boolean',
};

export const VERSION_OR_FALSE: AnswerShape = {
  description: 'a version or false',
  matches: (answer) => typeof answer === 'string' || typeof answer === 'number' || answer === false,
};

export const COUNT: AnswerShape = { description: 'a number', matches: (answer) => typeof answer === 'number' };

/** One answer for each of so many questions. */
export function listOf(shape: AnswerShape, length: number): AnswerShape {
  return {
    description: `a list of ${length}, each ${shape.description}`,
    matches: (answer) => Array.isArray(answer) && answer.length === length && answer.every((one) => shape.matches(one)),
  };
}

/** One status comes with the record, the others do without. */
function byStatus(withRecord: string, others: readonly string[]): AnswerShape {
  const without: readonly unknown[] = others;
  const statuses = [withRecord, ...others].map((status) => `'${status}'`).join(', ');
  return {
    description: `an object with one of the statuses ${statuses}, and with its record when it is ${withRecord}`,
    matches: (answer) => {
      const { status, record } = Object(answer) as { readonly status?: unknown; readonly record?: { data?: unknown } };
      return status === withRecord ? typeof record?.data === 'string' : without.includes(status);
    },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Says what an answer is without telling what is in it. It never throws. */
export function describeAnswer(answer: unknown): string {
  if (answer === null || answer === undefined) {
    return String(answer);
  }
  if (!isObject(answer)) {
    return `a ${typeof answer}`;
  }
  try {
    return 'status' in answer && typeof answer.status === 'string'
      ? `an object with the status "${answer.status.slice(0, LONGEST_STATUS)}"`
      : 'an object without a status';
  } catch {
    return 'an object that cannot be read';
  }
}
