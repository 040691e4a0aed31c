/** Examples of the documentation that are not replayed, each with its reason. */
export const EXCLUDED: Readonly<Record<string, string>> = {
  '043-message-post-attachments-create-item-attachment-from-message-v1': 'attaches a calendar event; calendars are not simulated',
  '053-attachment-delete-delete-attachment': 'deletes an attachment of a calendar event',
  '059-mailfolder-get-get-mailSearchfolder': 'search folders are not simulated',
  '074-mailfolder-list-messagerules-get-messagerules': 'message rules are not simulated',
  '075-mailfolder-post-messagerules-create-messagerule-from-mailfolder': 'message rules are not simulated',
  '081-batch': 'asks for files and plans, which are not simulated',
  '084-large-attachment-event-post': 'an upload session of a calendar event',
  '086-large-attachment-event-put': 'an upload session of a calendar event',
  '088-large-attachment-event-put': 'an upload session of a calendar event',
  '089-large-attachment-event-get': 'an attachment of a calendar event',
  '093-error-shape': "shows the shape of errors by OneDrive's code for uploads, under a path that was composed",
};
