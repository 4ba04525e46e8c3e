"""What is on a page, for tests without a browser."""


def markdown(app):
    """All of its Markdown."""
    return "\n".join(element.value for element in app.markdown)


def html(app):
    """All of its HTML."""
    return "\n".join(element.proto.body for element in app.get("html"))


def button(app, label):
    """A button by its label; None if there is none."""
    return next((one for one in app.button if one.label == label), None)
