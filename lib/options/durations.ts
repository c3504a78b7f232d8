/** So many seconds in milliseconds, the unit of every duration of this library. */
export const seconds = (count: number): number => count * 1_000;

/** So many minutes in milliseconds. */
export const minutes = (count: number): number => seconds(count * 60);

/** So many hours in milliseconds. */
export const hours = (count: number): number => minutes(count * 60);

/** So many days in milliseconds. */
export const days = (count: number): number => hours(count * 24);
