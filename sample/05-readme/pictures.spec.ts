import { Controller, Get, type INestApplication } from '@nestjs/common';
import { MulterModule } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { request, type ClientRequest } from 'node:http';
import { LockSession, Session, SessionsModule } from 'nestjs-sessions';
import { AccountsController } from './accounts.controller.js';
import { PicturesController } from './pictures.controller.js';
import { until } from '../../test/support/basics/within.js';
import { Browser } from '../../test/support/http/browser.js';

@Controller()
class Others {
  @Get('visit')
  @LockSession({ wait: 100 })
  visit(@Session() session: Session): string[] {
    return session.get('pictures') ?? [];
  }
}

describe('The recipe for uploads', () => {
  let app: INestApplication;
  let visitor: Browser;
  let arriving: string[];

  beforeAll(async () => {
    const controllers = [AccountsController, PicturesController, Others];
    const multer = MulterModule.register({
      fileFilter: (_request, { originalname }, goOn) => {
        arriving.push(originalname);
        goOn(null, true);
      },
    });
    const imports = [SessionsModule.forRoot(), multer];
    const module = await Test.createTestingModule({ imports, controllers }).compile();
    app = module.createNestApplication();
    await app.listen(0);
  });
  beforeEach(async () => {
    visitor = new Browser(await app.getUrl());
    await visitor.post('/login', { userId: 'ann' });
    arriving = [];
  });
  afterAll(() => app.close());

  /** Sends all but the end of a picture, which is past the guards by then. */
  async function begin(name: string): Promise<{ upload: ClientRequest; status: Promise<number | undefined> }> {
    const upload = request(`${await app.getUrl()}/pictures`, {
      method: 'POST',
      headers: { cookie: visitor.cookieHeader, 'content-type': 'multipart/form-data; boundary=cut' },
    });
    const status = new Promise<number | undefined>((resolve, reject) => {
      upload.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
    });
    upload.write(`--cut\r\nContent-Disposition: form-data; name="picture"; filename="${name}"\r\n\r\nthe `);
    await until(`${name} arrives`, () => arriving.includes(name));
    return { upload, status };
  }

  it('holds nobody up while a picture arrives, and loses none of two that arrive at once', async () => {
    const uploads = [await begin('cat.png'), await begin('dog.png')];

    expect((await visitor.get('/visit')).json()).toEqual([]);

    for (const { upload } of uploads) upload.end('picture\r\n--cut--\r\n');
    expect(await Promise.all(uploads.map(({ status }) => status))).toEqual([201, 201]);
    expect((await visitor.get('/visit')).json<string[]>().toSorted()).toEqual(['cat.png', 'dog.png']);
  });

  it('stores nothing of a picture whose visitor has logged out meanwhile', async () => {
    const { upload, status } = await begin('cat.png');
    await visitor.post('/logout');

    upload.end('picture\r\n--cut--\r\n');

    expect(await status).toBe(409);
  });
});
