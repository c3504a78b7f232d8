import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { neededProgram } from './needed-program.js';

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
  // No hook of jest removes it: servers of PostgreSQL are also started within tests.
  const directory = await mkdtemp(join(tmpdir(), 'nestjs-sessions-'));
  try {
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    await run(openssl, ['req', ...KIND, '-keyout', key, '-out', cert]);
    return { key: await readFile(key), cert: await readFile(cert) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
