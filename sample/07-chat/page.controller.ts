import { Controller, Get, Header, StreamableFile } from '@nestjs/common';
import { createReadStream } from 'node:fs';

@Controller()
export class PageController {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', "default-src 'self'; img-src data:")
  page(): StreamableFile {
    return file('page.html');
  }

  @Get('page.css')
  @Header('Content-Type', 'text/css; charset=utf-8')
  style(): StreamableFile {
    return file('page.css');
  }

  @Get('page.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  script(): StreamableFile {
    return file('page.js');
  }
}

function file(name: string): StreamableFile {
  return new StreamableFile(createReadStream(new URL(`./page/${name}`, import.meta.url)));
}
