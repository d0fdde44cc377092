// Runs the logic over cases: node execute.cjs FOLDER CASES ANSWERS LEAVING-OUT. A case is what a caller says, or a Bundle.
const { readFileSync, writeFileSync } = require('node:fs');
const cql = require('cql-execution');
const { PatientSource } = require('cql-exec-fhir');

const [folder, cases, answers, ...without] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`));
const logic = read('FasciculationLogic');
logic.library.statements.def = logic.library.statements.def.filter((each) => !without.includes(each.name));
const facts = read('FasciculationFacts');
// A record that says nothing: where a caller says everything, nobody needs to look for the rest.
const nothing = structuredClone(facts);
for (const each of nothing.library.statements.def) if (each.type !== 'FunctionDef' && each.name !== 'Patient') each.expression = { type: 'Null' };
const withFacts = (given) =>
  new cql.Repository({ given, logic }).resolve('FasciculationLogic', logic.library.identifier.version);
const [record, caller] = [withFacts(facts), withFacts(nothing)];
const NOBODY = { resourceType: 'Bundle', entry: [{ resource: { resourceType: 'Patient', id: 'p' } }] };
const BOUNDS = ['at_least', 'at_most', 'after_examination', 'after_tests'];

function said(one) {
  const parameters = { ...one.findings };
  for (const [name, ends] of Object.entries(one.quantities ?? {})) parameters[name] = new cql.Interval(...ends);
  for (const [name, ends] of Object.entries(one.references ?? {})) {
    parameters[`${name} reference`] = new cql.Interval(...ends);
  }
  if (one.on) parameters.On = new cql.Date(...one.on);
  return parameters;
}

// What the record says: findings that are true or false, and quantities with their ends.
function recorded(results) {
  const found = {};
  for (const [name, value] of Object.entries(results)) {
    if (name.endsWith(' said') && value != null) found[name.slice(0, -5)] = value;
    if (name.endsWith(' known') && value != null) found[name.slice(0, -6)] = [value.low, value.high];
  }
  return found;
}

async function main() {
  const source = PatientSource.FHIRv401();
  const service = new cql.CodeService({});
  const found = [];
  for (const one of JSON.parse(readFileSync(cases))) {
    source.reset();
    source.loadBundles([one.bundle ?? NOBODY]);
    const executor = new cql.Executor(one.bundle ? record : caller, service, said(one));
    const [results] = Object.values((await executor.exec(source)).patientResults);
    const fires = results.Firings.map(({ rule, worth }) => [rule, worth, results[`${rule} fires`]]);
    const lists = ['Fired', 'Open', 'Awaits examination', 'Awaits a test', 'Disagreements', 'Unanswered', 'Floors'];
    found.push({
      fires,
      urgency: Object.fromEntries(BOUNDS.map((bound) => [bound, results[bound]])),
      rung: results.Rung,
      settled: results.Settled,
      entry: results.Entry,
      said: one.bundle ? recorded(results) : undefined,
      lists: Object.fromEntries(lists.filter((name) => name in results).map((name) => [name, results[name]])),
    });
  }
  writeFileSync(answers, JSON.stringify(found));
}

main();
