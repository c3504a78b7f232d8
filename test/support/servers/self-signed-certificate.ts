import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { neededProgram } from './needed-program.js';
import { temporaryDirectory } from '../basics/temporary-directory.js';

const run = promisify(execFile);
const KIND = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=nestjs-sessions'];

export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** A certificate that nobody vouches for, and its key. */
export async function selfSignedCertificate(): Promise<Certificate> {
  const openssl = await neededProgram({
    names: ['openssl'],
    debianPackage: 'openssl',
    advice: 'install it (apt-get install openssl) so that it is in the PATH.',
  });
  const directory = await temporaryDirectory();
  const [key, cert] = [`${directory}.key`, `${directory}.crt`];
  await run(openssl, ['req', ...KIND, '-keyout', key, '-out', cert]);
  return { key: await readFile(key), cert: await readFile(cert) };
}
