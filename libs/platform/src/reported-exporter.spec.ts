import { ExportResultCode } from '@opentelemetry/core';
import { ReportedExporter } from './reported-exporter.js';

describe('an exporter whose collector is gone for a while', () => {
  it('says so once, and once that it is back', () => {
    const logged: string[] = [];
    const log = (_: object, message: string) => void logged.push(message);
    let code = ExportResultCode.SUCCESS;
    const exporter = new ReportedExporter(
      { export: (_, done) => done({ code }), shutdown: async () => {} },
      { debug: log, info: log, warn: log, error: log },
    );
    const { SUCCESS, FAILED } = ExportResultCode;
    for (code of [SUCCESS, FAILED, FAILED, SUCCESS, SUCCESS]) exporter.export([], () => {});
    expect(logged).toEqual(['could not export spans: they are lost', 'spans are exported again']);
  });
});
