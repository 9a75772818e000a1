import AddOutlined from '@mui/icons-material/AddOutlined';
import KeyOutlined from '@mui/icons-material/KeyOutlined';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGatewayListKeysQuery } from '../../api/generated';
import { EmptyState } from '../../shared/components/EmptyState';
import { PageHeader } from '../../shared/components/PageHeader';
import { QueryState } from '../../shared/components/QueryState';
import { keys } from '../../shared/i18n/en.keys';
import { addWords } from '../../shared/i18n/late';
import { CreateDialog } from './CreateDialog';
import { KeyTable } from './KeyTable';
import type { ApiKey } from './keyStatus';
import { RevokeDialog } from './RevokeDialog';

addWords({ keys });

const PAGE = 100;

/** One page of keys, and below it the next on request. */
function KeyPage({
  cursor,
  onRevoke,
  empty,
}: {
  cursor?: string;
  onRevoke: (key: ApiKey) => void;
  empty?: React.ReactNode;
}) {
  const { t } = useTranslation();
  const [more, setMore] = useState(false);
  const query = useGatewayListKeysQuery({ cursor, limit: PAGE });
  return (
    <QueryState
      query={query}
      skeleton={<Skeleton variant="rounded" height="16rem" />}
      isEmpty={(page) => page.items.length === 0}
      empty={empty}
    >
      {(page) => (
        <>
          <KeyTable keys={page.items} onRevoke={onRevoke} />
          {page.next && !more && (
            <Button onClick={() => setMore(true)} sx={{ mt: 1 }}>
              {t('keys.table.more')}
            </Button>
          )}
          {page.next && more && <KeyPage cursor={page.next} onRevoke={onRevoke} />}
        </>
      )}
    </QueryState>
  );
}

export function KeysPage() {
  const { t } = useTranslation();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  const create = (
    <Button variant="contained" startIcon={<AddOutlined />} onClick={() => setCreating(true)}>
      {t('keys.create')}
    </Button>
  );
  const empty = (
    <EmptyState icon={KeyOutlined} title={t('keys.empty.title')} text={t('keys.empty.text')} />
  );
  return (
    <>
      <PageHeader title={t('keys.title')} text={t('keys.text')} actions={create} />
      <KeyPage onRevoke={setRevoking} empty={empty} />
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
      {revoking && <RevokeDialog apiKey={revoking} onClose={() => setRevoking(undefined)} />}
    </>
  );
}
