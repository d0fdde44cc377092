// Translates libraries of CQL to ELM: node translate.mjs FOLDER LIBRARY... writes FOLDER/LIBRARY.json, or says what is wrong.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SystemModelInfoProvider } from '@cqframework/cql/cql';
import {
  CqlCompilerOptions, CqlTranslator, LibraryManager, ModelManager, createLibrarySourceProvider, createModelInfoProvider,
  stringAsSource,
} from '@cqframework/cql/cql-to-elm';

const [folder, ...names] = process.argv.slice(2);
const fhir = createRequire(import.meta.url).resolve('cql-exec-fhir/lib/modelInfos/fhir-modelinfo-4.0.1.xml');
const texts = Object.fromEntries(names.map((name) => [name, readFileSync(`${folder}/${name}.cql`, 'utf8')]));

const models = new ModelManager();
models.modelInfoLoader.registerModelInfoProvider(new SystemModelInfoProvider());
models.modelInfoLoader.registerModelInfoProvider(
  createModelInfoProvider((model) => (model === 'FHIR' ? stringAsSource(readFileSync(fhir, 'utf8')) : null)),
);
// Without annotations and locators, which would only be carried along.
const { DisableListDemotion, DisableListPromotion } = CqlCompilerOptions.Options;
const options = new CqlCompilerOptions();
options.setOptions([DisableListDemotion, DisableListPromotion]);
const libraries = new LibraryManager(models, options);
libraries.librarySourceLoader.registerProvider(
  createLibrarySourceProvider((library) => (texts[library] ? stringAsSource(texts[library]) : null)),
);

for (const name of names) {
  const translated = CqlTranslator.fromText(texts[name], libraries);
  const problems = translated.errors.asJsReadonlyArrayView();
  for (const problem of problems) console.error(`${name}: ${problem.message}`);
  if (problems.length) process.exitCode = 1;
  else writeFileSync(`${folder}/${name}.json`, translated.toJson());
}
