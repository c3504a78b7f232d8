/** The root of the repository, wherever the benchmark was compiled to. */
export const root = new URL('.', import.meta.resolve('nestjs-sessions/package.json'));
