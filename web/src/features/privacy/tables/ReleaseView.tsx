import DownloadOutlined from '@mui/icons-material/DownloadOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Skeleton from '@mui/material/Skeleton';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type TableReleaseReply,
  useGatewayGetJobQuery,
  usePrivacyDeleteTableReleaseMutation,
  usePrivacyGetTableReleaseQuery,
} from '../../../api/generatedPrivacy';
import { problemOf, toProblem } from '../../../api/problem';
import { ConfirmDialog } from '../../../shared/components/ConfirmDialog';
import { ErrorState } from '../../../shared/components/ErrorState';
import { QueryState } from '../../../shared/components/QueryState';
import { Section } from '../../../shared/components/Section';
import { formatBytes, formatCount, formatDateTime, formatTime } from '../../../shared/format';
import { useAddress } from '../../../shared/hooks/useAddress';
import { RiskPicture } from './RiskPicture';
import type { Report } from './report';
import { UtilityLost } from './UtilityLost';

const POLL_MS = 1_500;
const ENDED = ['done', 'failed', 'cancelled'];

/** The work on its way; it says why, when it could not be done. */
function Making({ jobId }: { jobId: string }) {
  const { t } = useTranslation();
  const { data, error } = useGatewayGetJobQuery(
    { jobId },
    { pollingInterval: POLL_MS, refetchOnMountOrArgChange: true },
  );
  const problem = problemOf(error);
  if (problem) return <ErrorState problem={problem} />;
  if (data && ENDED.includes(data.status) && data.status !== 'done') {
    return <ErrorState problem={toProblem(Number(data.problem?.status ?? 409), data.problem)} />;
  }
  const { done = 0, total } = data?.progress ?? {};
  return (
    <Section title={t('tables.release.making')} live>
      <LinearProgress
        variant={total ? 'determinate' : 'indeterminate'}
        value={total ? Math.min(100, (done / total) * 100) : undefined}
        aria-label={t('tables.release.making')}
        sx={{ borderRadius: 1 }}
      />
    </Section>
  );
}

interface FilesProps {
  release: TableReleaseReply;
  onDelete: () => void;
}

function Files({ release, onDelete }: FilesProps) {
  const { t } = useTranslation();
  return (
    <>
      {release.files?.map((file) => {
        const report = file.report as unknown as Report;
        return (
          <Box key={file.table_id} sx={{ display: 'grid', gap: 2 }}>
            <Section
              title={t('tables.release.ready', { rows: formatCount(report.after.rows) })}
              text={
                release.available
                  ? t('tables.release.until', {
                      time: formatDateTime(release.expires_at),
                      size: formatBytes(file.size_bytes),
                    })
                  : t('tables.release.gone', { time: formatTime(release.expires_at) })
              }
              actions={
                release.available && (
                  <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
                    <Button
                      component="a"
                      href={file.url}
                      download
                      variant="contained"
                      startIcon={<DownloadOutlined />}
                    >
                      {t('tables.release.download', { format: file.format })}
                    </Button>
                    <Button color="error" onClick={onDelete}>
                      {t('tables.release.delete')}
                    </Button>
                  </Box>
                )
              }
            >
              <RiskPicture before={report.before} after={report.after} />
            </Section>
            <UtilityLost report={report} />
          </Box>
        );
      })}
    </>
  );
}

interface Props {
  id: string;
  onNote: (text: string) => void;
}

/** One release: its progress, then the risk before and after, what it cost, and the file. */
export function ReleaseView({ id, onNote }: Props) {
  const { t } = useTranslation();
  const { set } = useAddress();
  const [waiting, setWaiting] = useState(true);
  const [asking, setAsking] = useState(false);
  const [remove, { isLoading, error }] = usePrivacyDeleteTableReleaseMutation();
  const query = usePrivacyGetTableReleaseQuery(
    { releaseId: id },
    { pollingInterval: waiting ? POLL_MS : 0, refetchOnMountOrArgChange: true },
  );
  const making = query.currentData ? query.currentData.files === null : true;
  if (making !== waiting) setWaiting(making);
  const confirm = async () => {
    const result = await remove({ releaseId: id });
    if (result.error) return;
    setAsking(false);
    set({ release: undefined });
    onNote(t('tables.release.deleted'));
  };
  return (
    <>
      <QueryState query={query} skeleton={<Skeleton variant="rounded" height="24rem" />}>
        {(release) => (
          <>
            {release.files === null ? (
              <Making jobId={release.job_id} />
            ) : (
              <Files release={release} onDelete={() => setAsking(true)} />
            )}
            <Alert role="note" severity="info" variant="outlined">
              {t('tables.release.limits')}
            </Alert>
          </>
        )}
      </QueryState>
      {asking && (
        <ConfirmDialog
          title={t('tables.release.ask')}
          text={t('tables.release.askText')}
          confirm={t('tables.release.confirm')}
          busy={isLoading}
          problem={problemOf(error)}
          onClose={() => setAsking(false)}
          onConfirm={() => void confirm()}
        />
      )}
    </>
  );
}
