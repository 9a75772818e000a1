import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDispatch } from 'react-redux';
import { type GatewayListJobsApiResponse, useGatewayListJobsQuery } from '../../api/generated';
import { taggedApi } from '../../api/tags';
import { formatCount, formatDuration } from '../../shared/format';
import { en } from '../../shared/i18n/en';

/** A job that runs is among the latest few. */
const JOBS = 5;
const RUNNING_POLL_MS = 2_000;
const IDLE_POLL_MS = 20_000;
/** How often the figures are read anew while a job feeds them. */
const REFRESH_MS = 5_000;

type Job = GatewayListJobsApiResponse['items'][number];
type Kind = keyof typeof en.overview.job.kind;

const kindOf = (kind: string): Kind =>
  (Object.keys(en.overview.job.kind) as Kind[]).find((known) => kind.includes(known)) ?? 'other';

function Progress({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { done, total, rate_per_s: rate, eta_s: eta } = job.progress;
  const known = total !== null && total !== undefined && total > 0;
  const parts = [
    known
      ? t('overview.job.progress', { done: formatCount(done), total: formatCount(total) })
      : t('overview.job.done', { done: formatCount(done) }),
    rate ? t('overview.job.rate', { rate: formatCount(Math.round(rate)) }) : '',
    eta ? t('overview.job.eta', { eta: formatDuration(eta) }) : '',
  ];
  return (
    <Box sx={{ mt: 1 }}>
      <LinearProgress
        variant={known ? 'determinate' : 'indeterminate'}
        value={known ? Math.min(100, (done / total) * 100) : undefined}
        aria-label={t('overview.job.label')}
        sx={{ borderRadius: 1 }}
      />
      <Typography variant="caption" component="p" sx={{ mt: 0.75, color: 'text.secondary' }}>
        {parts.filter(Boolean).join(' · ')}
      </Typography>
    </Box>
  );
}

/** Tells of an import or demo load on its way, and reads the figures anew while it runs. */
export function JobBanner() {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  const wasRunning = useRef(false);
  const [pollingInterval, setPollingInterval] = useState(IDLE_POLL_MS);
  const { data, fulfilledTimeStamp } = useGatewayListJobsQuery(
    { limit: JOBS },
    { pollingInterval, skipPollingIfUnfocused: true, refetchOnMountOrArgChange: true },
  );
  const job = data?.items.find((each) => each.status === 'running' || each.status === 'queued');
  const running = job !== undefined;
  const lastRead = useRef(0);
  useEffect(() => {
    const ended = wasRunning.current && !running;
    wasRunning.current = running;
    setPollingInterval(running ? RUNNING_POLL_MS : IDLE_POLL_MS);
    const due = running && (fulfilledTimeStamp ?? 0) - lastRead.current > REFRESH_MS;
    if (!ended && !due) return;
    lastRead.current = fulfilledTimeStamp ?? 0;
    dispatch(taggedApi.util.invalidateTags(['Insight']));
  }, [running, fulfilledTimeStamp, dispatch]);
  if (!job) return null;
  const kind = t(`overview.job.kind.${kindOf(job.kind)}`);
  return (
    <Alert
      severity="info"
      variant="outlined"
      icon={false}
      sx={{ mb: 2, '& .MuiAlert-message': { width: '100%' } }}
    >
      <Typography variant="body2" sx={{ fontWeight: 600, color: 'text.primary' }}>
        {job.status === 'queued'
          ? t('overview.job.queued', { kind })
          : t('overview.job.title', { kind })}
      </Typography>
      {job.status === 'running' && <Progress job={job} />}
    </Alert>
  );
}
