import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../shared/components/CopyButton';
import { formatScore } from '../../shared/format';
import { CitedText } from './CitedText';
import { type Reply, type Source, sourcesOf } from './citations';
import { SourceCard } from './SourceCard';
import { SourceDrawer } from './SourceDrawer';

/** The answer with numbered citations; the source of the one in focus is highlighted below. */
export function Answer({ reply }: { reply: Reply }) {
  const { t } = useTranslation();
  const sources = useMemo(() => sourcesOf(reply.citations), [reply.citations]);
  const [active, setActive] = useState<number>();
  const [opened, setOpened] = useState<Source>();
  return (
    <>
      <Box sx={{ p: 2, borderRadius: 1.5, bgcolor: 'marks.own' }}>
        <CitedText
          reply={reply}
          sources={sources}
          active={active}
          onActive={setActive}
          onOpen={setOpened}
        />
      </Box>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, alignItems: 'center', mt: 1 }}>
        <Typography variant="caption" sx={{ color: 'text.secondary' }}>
          {t('conversations.reply.answered', { count: sources.length })}
        </Typography>
        {typeof reply.confidence === 'number' && (
          <Typography variant="caption" sx={{ color: 'text.secondary' }}>
            {t('conversations.reply.confidence', { score: formatScore(reply.confidence) })}
          </Typography>
        )}
        <Box sx={{ flex: 1 }} />
        <CopyButton text={reply.text} label={t('conversations.reply.copy')} />
      </Box>
      <Typography variant="h3" sx={{ mt: 2, mb: 1 }}>
        {t('conversations.sources.title')}
      </Typography>
      <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 1 }}>
        {sources.map((source) => (
          <SourceCard
            key={source.number}
            source={source}
            active={source.number === active}
            onOpen={() => setOpened(source)}
          />
        ))}
      </Box>
      {reply.receipt && (
        <Typography
          variant="caption"
          component="p"
          sx={{ mt: 2, color: 'text.secondary', fontFamily: 'monospace', overflowWrap: 'anywhere' }}
        >
          {t('conversations.reply.receipt', { id: reply.receipt })}
        </Typography>
      )}
      <SourceDrawer source={opened} onClose={() => setOpened(undefined)} />
    </>
  );
}
