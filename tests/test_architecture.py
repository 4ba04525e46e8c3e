"""The house is as it is drawn: what loads what, what is declared, what a page may hold."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import cnnviz
from cnnviz.ui.navigation import PAGES

ROOT = Path(__file__).parents[1]
PACKAGES = ("ops", "data", "figures", "models", "explain", "train", "ui")
EXPORTING = ("data", "figures", "models", "explain", "train")
MODULES = sorted(module.name for module in pkgutil.walk_packages(cnnviz.__path__, "cnnviz."))
SCRIPTS = sorted((ROOT / "pages").rglob("*.py"))
LONGEST_PAGE = 60
AT_SECOND_HAND = {"cryptography"}  # What Dask imports where a connection is to be encrypted.

# What is imported, and what to install for it, where the two differ.
DISTRIBUTIONS = {
    "cv2": "opencv-python-headless",
    "PIL": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "axe_playwright_python": "axe-playwright-python",
    "tf_keras_vis": "tf-keras-vis",
}
# These wheels carry photographs, which are read without importing the package: its name is a text in the code.
FOR_THEIR_FILES = {"skimage", "sklearn"}
# pytest finds these by itself; the configuration names their options.
PLUGINS = {
    "pytest-timeout": "timeout =",
    "pytest-benchmark": "--benchmark",
    "pytest-rerunfailures": "--reruns",
    "pytest-xdist": "--dist",
}


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def declared(requirements):
    """The names alone: "numpy>=2.0" and "pyright[nodejs]>=1" are numpy and pyright."""
    return {re.split("[><=[]", requirement)[0].strip().lower() for requirement in requirements}


def imported(files):
    """The distributions that files need, the standard library and the project's own folders left out."""
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module)
            elif isinstance(node, ast.Constant) and node.value in FOR_THEIR_FILES:
                found.add(node.value)
    names = {name.split(".")[0] for name in found} - sys.stdlib_module_names - {"cnnviz", "pages", "tests"}
    return {DISTRIBUTIONS.get(name, name) for name in names}


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_loads_no_engine(package):
    """A subprocess each, since one import's leftovers must not hide another's."""
    start = f"cnnviz.{package}"
    modules = [name for name in MODULES if name == start or name.startswith(f"{start}.")]
    script = (
        "import importlib, sys\n"
        f"for name in {modules}:\n"
        "    importlib.import_module(name)\n"
        "    loaded = {'keras', 'tensorflow'} & set(sys.modules)\n"
        "    assert not loaded, f'{name} loads {loaded}'\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", EXPORTING)
def test_a_package_exports_what_it_imports_sorted(package):
    module = importlib.import_module(f"cnnviz.{package}")
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    names = [alias.asname or alias.name for node in imports for alias in node.names]

    def constants_then_classes_then_functions(name):
        return (0 if name.isupper() else 1 if name[0].isupper() else 2), name

    assert module.__all__ == sorted(names, key=constants_then_classes_then_functions)
    assert all(hasattr(module, name) for name in module.__all__)
    work = [node for node in tree.body if not isinstance(node, (ast.ImportFrom, ast.Assign, ast.Expr))]
    assert not work, "an __init__ does no work"


def test_every_package_is_tested_here():
    assert set(PACKAGES) == {module.name for module in pkgutil.iter_modules(cnnviz.__path__) if module.ispkg}


def test_the_menu_is_the_folder_of_pages():
    assert not list((ROOT / "pages").glob("*.py")), "flat scripts start Streamlit's old router"
    entries = [entry.script for entry in PAGES]
    assert sorted(entries) == [path.relative_to(ROOT / "pages").as_posix() for path in SCRIPTS]
    for unique in (entries, [Path(entry).stem for entry in entries], [entry.title for entry in PAGES]):
        assert len(set(unique)) == len(unique)
    assert PAGES[0].script == "start/draw.py"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_page_is_short_and_has_no_functions_but_fragments(script):
    text = script.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_PAGE
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        assert not isinstance(node, (ast.ClassDef, ast.Lambda))
        if isinstance(node, ast.FunctionDef):
            decorators = [ast.unparse(one).split("(")[0] for one in node.decorator_list]
            assert decorators == ["st.fragment"], node.name


def test_what_the_product_imports_is_declared_and_all_of_it_is_used():
    files = [ROOT / "app.py", *(ROOT / "cnnviz").rglob("*.py"), *SCRIPTS]
    assert imported(files) | AT_SECOND_HAND == declared(project()["dependencies"])


def test_what_the_tests_import_is_declared_and_all_of_it_is_used():
    extra = declared(project()["optional-dependencies"]["test"])
    needed = imported((ROOT / "tests").rglob("*.py")) - declared(project()["dependencies"])
    assert needed | set(PLUGINS) == extra
    configuration = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(option in configuration for option in PLUGINS.values())
