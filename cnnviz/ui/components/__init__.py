"""What follows the mouse: components that run in the browser, each a folder of Python, JavaScript and CSS."""
