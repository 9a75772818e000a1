import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { useResponderGetDocumentQuery } from '../../api/generated';
import { problemOf } from '../../api/problem';
import { SafeText } from '../../shared/components/SafeText';
import type { Source } from './citations';
import { Quoted } from './Quoted';

interface Props {
  source: Source;
  active: boolean;
  onOpen: () => void;
}

/** A cited passage with the quote in it; lit while its citation is hovered or has the focus. */
export function SourceCard({ source, active, onOpen }: Props) {
  const { t } = useTranslation();
  const document = useResponderGetDocumentQuery({ documentId: source.documentId });
  const passage = document.currentData?.content.find((each) => each.id === source.passageId);
  const title = document.currentData?.title;
  const gone = problemOf(document.error) !== undefined;
  return (
    <Box
      component="li"
      data-active={active}
      aria-label={
        title
          ? t('conversations.sources.cite', { number: source.number, title })
          : t('conversations.sources.citeUnnamed', { number: source.number })
      }
      sx={{
        p: 1.5,
        borderRadius: 1.5,
        border: 1,
        borderColor: active ? 'primary.main' : 'divider',
        boxShadow: active ? 'inset 0 0 0 1px var(--mui-palette-primary-main)' : 'none',
      }}
    >
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'baseline' }}>
        <Typography variant="caption" sx={{ fontWeight: 660, color: 'primary.main' }}>
          {source.number}
        </Typography>
        <Typography variant="body2" sx={{ fontWeight: 600, flex: 1, minWidth: 0 }}>
          {document.isLoading ? <Skeleton width="60%" /> : <SafeText text={title ?? ''} />}
          {passage?.heading && (
            <Typography
              component="span"
              variant="caption"
              sx={{ display: 'block', color: 'text.secondary' }}
            >
              <SafeText text={passage.heading} />
            </Typography>
          )}
        </Typography>
        {document.currentData && (
          <Button
            size="small"
            onClick={onOpen}
            aria-label={t('conversations.sources.openNamed', { title: title ?? '' })}
          >
            {t('conversations.sources.open')}
          </Button>
        )}
      </Box>
      <Typography
        variant="body2"
        component="blockquote"
        sx={{
          m: 0,
          mt: 0.5,
          color: 'text.secondary',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        }}
      >
        <Quoted
          text={passage?.text ?? source.quotes.join('\n')}
          quotes={source.quotes}
          lit={active}
        />
      </Typography>
      {gone && (
        <Typography variant="caption" sx={{ color: 'text.secondary' }}>
          {t('conversations.sources.gone')}
        </Typography>
      )}
    </Box>
  );
}
