import { Anchor, Text } from '@mantine/core';
import { useParams } from 'react-router';
import { Loading, Message, PageTitle } from '../../shell/index.js';
import { AsyncApiView } from './async-api-view.js';
import type { AsyncApi, OpenApi } from './document-types.js';
import { OpenApiView } from './open-api-view.js';
import { type DocumentKind, useDocument } from './queries.js';

export function Component() {
  const { process = '', kind } = useParams();
  return kind === 'asyncapi' ? <AsyncApiPage process={process} /> : <OpenApiPage process={process} />;
}

function OpenApiPage({ process }: { process: string }) {
  const document = useDocument<OpenApi>(process, 'openapi');
  return (
    <>
      <PageTitle title={`HTTP API of ${process}`}>
        <Raw process={process} kind="openapi" />
      </PageTitle>
      <Loading query={document}>
        {(data) =>
          data ? <Described {...data.info} view={<OpenApiView document={data} />} /> : <None what="HTTP API" />
        }
      </Loading>
    </>
  );
}

function AsyncApiPage({ process }: { process: string }) {
  const document = useDocument<AsyncApi>(process, 'asyncapi');
  return (
    <>
      <PageTitle title={`Messages described by ${process}`}>
        <Raw process={process} kind="asyncapi" />
      </PageTitle>
      <Loading query={document}>
        {(data) =>
          data ? <Described {...data.info} view={<AsyncApiView document={data} />} /> : <None what="messages" />
        }
      </Loading>
    </>
  );
}

function Described({ description, view }: { description?: string; view: React.ReactNode }) {
  return (
    <>
      {description && <Text mb="lg">{description}</Text>}
      {view}
    </>
  );
}

const None = ({ what }: { what: string }) => (
  <Message title="There is no such document">This process does not describe its {what}.</Message>
);

const Raw = ({ process, kind }: { process: string; kind: DocumentKind }) => (
  <Anchor href={`/api/${process}/${kind}.json`} size="sm">
    JSON
  </Anchor>
);
