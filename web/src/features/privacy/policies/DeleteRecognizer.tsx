import { useTranslation } from 'react-i18next';
import { usePrivacyDeleteRecognizerMutation } from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ConfirmDialog } from '../../../shared/components/ConfirmDialog';

interface Props {
  name: string;
  onClose: () => void;
  onDone: () => void;
}

export function DeleteRecognizer({ name, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const [remove, { isLoading, error }] = usePrivacyDeleteRecognizerMutation();
  const confirm = async () => {
    const result = await remove({ name });
    if (!result.error) onDone();
  };
  return (
    <ConfirmDialog
      title={t('policies.recognizers.removeTitle', { name })}
      text={t('policies.recognizers.removeText')}
      confirm={t('policies.recognizers.removeConfirm')}
      busy={isLoading}
      problem={problemOf(error)}
      onClose={onClose}
      onConfirm={() => void confirm()}
    />
  );
}
