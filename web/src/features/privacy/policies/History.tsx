import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePrivacyListPolicyVersionsQuery } from '../../../api/generatedPrivacy';
import { QueryState } from '../../../shared/components/QueryState';
import { RowLink, RowList } from '../../../shared/components/RowLink';
import { Section } from '../../../shared/components/Section';
import { Split } from '../../../shared/components/Split';
import { formatDateTime } from '../../../shared/format';
import { useAddress } from '../../../shared/hooks/useAddress';
import type { Purpose } from './model';
import { RollbackDialog } from './RollbackDialog';
import { VersionDiff } from './VersionDiff';

const PAGE = 20;

interface Props {
  purpose: Purpose;
  /** The version that stands. */
  present: number;
  onNote: (text: string) => void;
}

/** Versions of a purpose's policy; one beside the list, with how it differs from what stands. */
export function History({ purpose, present, onNote }: Props) {
  const { t } = useTranslation();
  const { get, link, set } = useAddress();
  const [rolling, setRolling] = useState(false);
  const cursor = get('cursor');
  const query = usePrivacyListPolicyVersionsQuery(
    { purpose, limit: PAGE, cursor: cursor ? Number(cursor) : undefined },
    { refetchOnMountOrArgChange: true },
  );
  const raw = get('version');
  const chosen = raw !== undefined && /^\d{1,9}$/.test(raw) ? Number(raw) : undefined;
  const list = (
    <QueryState query={query} skeleton={<Skeleton variant="rounded" height="16rem" />}>
      {(page) => (
        <>
          <RowList label={t('policies.history.label')}>
            {page.items.map((one) => (
              <RowLink
                key={one.version}
                to={link({ version: String(one.version) })}
                current={one.version === chosen}
              >
                <Typography variant="body2" component="span" sx={{ fontWeight: 600 }}>
                  {t('policies.history.version', { version: one.version })}
                  {one.version === present && ` · ${t('policies.history.stands')}`}
                </Typography>
                <Typography variant="body2" component="span">
                  {one.note || t('policies.history.noNote')}
                </Typography>
                <Typography variant="caption" component="span" sx={{ color: 'text.secondary' }}>
                  {one.at && `${formatDateTime(one.at)} · ${one.author}`}
                </Typography>
              </RowLink>
            ))}
            <RowLink to={link({ version: '0' })} current={chosen === 0}>
              <Typography variant="body2" component="span" sx={{ fontWeight: 600 }}>
                {t('policies.history.zero')}
                {present === 0 && ` · ${t('policies.history.stands')}`}
              </Typography>
              <Typography variant="caption" component="span" sx={{ color: 'text.secondary' }}>
                {t('policies.history.zeroText')}
              </Typography>
            </RowLink>
          </RowList>
          {page.next && (
            <Button
              size="small"
              onClick={() => set({ cursor: page.next ?? undefined })}
              sx={{ mt: 1 }}
            >
              {t('policies.history.older')}
            </Button>
          )}
        </>
      )}
    </QueryState>
  );
  const detail =
    chosen === undefined ? undefined : (
      <Section
        title={
          chosen === 0
            ? t('policies.history.zero')
            : t('policies.history.version', { version: chosen })
        }
        text={chosen === present ? t('policies.history.isPresent') : t('policies.history.against')}
        actions={
          chosen !== present && (
            <Button size="small" variant="outlined" onClick={() => setRolling(true)}>
              {t('policies.history.roll')}
            </Button>
          )
        }
      >
        <VersionDiff
          purpose={purpose}
          before={chosen === present ? Math.max(0, chosen - 1) : chosen}
          after={present}
        />
      </Section>
    );
  return (
    <Box>
      <Split
        list={list}
        detail={detail}
        prompt={t('policies.history.choose')}
        back={link({ version: undefined })}
      />
      {rolling && chosen !== undefined && (
        <RollbackDialog
          purpose={purpose}
          version={chosen}
          onClose={() => setRolling(false)}
          onDone={(version) => {
            setRolling(false);
            set({ version: String(version) });
            onNote(t('policies.save.done', { version }));
          }}
        />
      )}
    </Box>
  );
}
