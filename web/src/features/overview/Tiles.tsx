import Box from '@mui/material/Box';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { formatCompact, formatCount, formatShare } from '../../shared/format';
import { type Rate, wilson } from '../../shared/intervals';
import { withRange } from '../../shared/range';
import { change, type Overview } from './findings';
import { Tile } from './Tile';

const LIST = '/conversations';
const ROUNDS_TO_NOTHING = 0.0005;

const share = (hits: number, n: number) => (n > 0 ? hits / n : null);

function useNotes() {
  const { t } = useTranslation();
  const ofChange = (by: number | undefined) => {
    if (by === undefined) return t('overview.tiles.total');
    if (Math.abs(by) < ROUNDS_TO_NOTHING) return t('overview.tiles.same');
    const text = { share: formatShare(Math.abs(by)) };
    return by > 0 ? t('overview.tiles.up', text) : t('overview.tiles.down', text);
  };
  const ofRate = (rate: Rate | undefined, why: string) =>
    rate
      ? t('overview.tiles.interval', {
          low: formatShare(rate.low),
          high: formatShare(rate.high),
          n: formatCount(rate.n),
        })
      : why;
  return { ofChange, ofRate };
}

export function Tiles({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const notes = useNotes();
  const { conversations, customer_messages: messages, sentiment, decisions, series } = overview;
  const negative = wilson(sentiment.negative, sentiment.n);
  const abstained = wilson(decisions.abstained, decisions.n);
  return (
    <Box
      component="ul"
      aria-label={t('overview.tiles.label')}
      sx={{
        listStyle: 'none',
        m: 0,
        p: 0,
        display: 'grid',
        gap: 2,
        gridTemplateColumns: { xs: 'repeat(2, minmax(0, 1fr))', lg: 'repeat(4, minmax(0, 1fr))' },
      }}
    >
      <Tile
        label={t('overview.tiles.conversations')}
        value={formatCompact(conversations.value)}
        note={notes.ofChange(change(conversations.value, conversations.previous))}
        series={series.map((point) => point.conversations)}
        to={withRange(LIST, params)}
      />
      <Tile
        label={t('overview.tiles.messages')}
        value={formatCompact(messages.value)}
        note={notes.ofChange(change(messages.value, messages.previous))}
        series={series.map((point) => point.customer_messages)}
        to={withRange(LIST, params)}
      />
      <Tile
        label={t('overview.tiles.negative')}
        value={negative && formatShare(negative.value)}
        note={notes.ofRate(negative, t('overview.tiles.noMessages'))}
        series={series.map((p) => share(p.negative, p.negative + p.neutral + p.positive))}
        color="sentiment.negative"
        to={withRange(LIST, params, { sentiment: 'negative' })}
      />
      <Tile
        label={t('overview.tiles.abstained')}
        value={abstained && formatShare(abstained.value)}
        note={notes.ofRate(abstained, t('overview.tiles.noDecisions'))}
        series={series.map((p) => share(p.abstained, p.answered + p.abstained + p.escalated))}
        to={withRange(LIST, params, { outcome: 'abstained' })}
      />
    </Box>
  );
}
