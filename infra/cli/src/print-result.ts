/** As JSON, or formatted for people. */
export function printResult<Result>(json: boolean, result: Result, format: (result: Result) => string): void {
  console.log(json ? JSON.stringify(result, null, 2) : format(result));
}
