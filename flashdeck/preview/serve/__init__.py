"""The preview: a page that shows every card as Anki does, from a server or as one file.

Depends on the model, the template language and the card frame. The caller supplies snapshots and
the editor.
"""
