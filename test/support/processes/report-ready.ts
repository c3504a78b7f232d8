/** Called by a file that `spawnApp()` runs, once it is ready. Such a process never outlives the test that started it. */
export function reportReady(ready: string): void {
  if (process.send === undefined) {
    console.log(ready);
    return;
  }
  process.once('disconnect', () => process.exit());
  process.send(ready);
}
