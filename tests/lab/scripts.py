# ruff: noqa: E501  one way out a line
"""Python scripts that try to get out of the lab, or to carry one person's data in other people's rows."""

from __future__ import annotations

HEAD = "# reads: person\n# makes: out\n"
EVERYBODY = 'p = data.sql("SELECT * FROM person").fetchnumpy()\nimport numpy as np\n'
MADE = 'make("out", snz_uid=p["snz_uid"], x=np.ones(len(p["snz_uid"])))\n'

# Each raises, or is refused; `{file}`, `{folder}`, `{parent}`, `{other}` as in `attempts`. Their text goes on with
# what makes a table, so that one that got through is seen.
WAYS_OUT = {
    "open a file": 'open("{file}").read()',
    "open by its number": 'import os; os.open("{file}", os.O_RDONLY)',
    "open through C": 'import ctypes; c = ctypes.CDLL(None); assert c.open(b"{file}", 0) >= 0',
    "open by a bare call": "import ctypes; assert ctypes.CDLL(None).syscall(2, b'{file}', 0) >= 0",
    "openat2": "import ctypes; assert ctypes.CDLL(None).syscall(437, -100, b'{file}', bytes(24), 24) >= 0",
    "read the surroundings": 'open("/proc/self/environ").read()',
    "read the parent": 'open("/proc/{parent}/maps").read()',
    "write its own memory through a file": 'open("/proc/self/mem", "r+b").write(b"x")',
    "list a folder": 'import os; os.listdir("{folder}")',
    "walk up": 'import os; os.chdir("/"); os.listdir(".")',
    "ask whether a file is there": 'import os; os.stat("{file}")',
    "ask how large a file is": 'import os; os.path.getsize("{file}")',
    "ask who may read it": 'import os; assert os.access("{file}", os.R_OK)',
    "write a file": 'open("{folder}/written", "w").write("x")',
    "write to shared memory": 'open("/dev/shm/written", "w").write("x")',
    "shared memory by name": "from multiprocessing.shared_memory import SharedMemory; "
    "SharedMemory(create=True, size=8)",
    "a file without a name": 'import os; os.memfd_create("x")',
    "a folder of its own": "import tempfile; tempfile.mkdtemp()",
    "make a file readable": 'import os; os.chmod("{file}", 0o777)',
    "mark a file by its time": 'import os; os.utime("{file}")',
    "mark a file by an attribute": 'import os; os.setxattr("{file}", "user.x", b"1")',
    "link to a file": 'import os; os.symlink("{file}", "{folder}/link")',
    "rename a file": 'import os; os.rename("{file}", "{folder}/other")',
    "remove a file": 'import os; os.remove("{file}")',
    "cut a file": 'import os; os.truncate("{file}", 0)',
    "numpy save": 'import numpy; numpy.save("{folder}/written.npy", numpy.ones(3))',
    "numpy savetxt": 'import numpy; numpy.savetxt("{folder}/written.txt", numpy.ones(3))',
    "numpy tofile": 'import numpy; numpy.ones(3).tofile("{folder}/written")',
    "numpy fromfile": 'import numpy; numpy.fromfile("{file}", dtype="u1")',
    "numpy memmap": 'import numpy; numpy.memmap("{file}", dtype="u1", mode="r")',
    "numpy memmap to write": 'import numpy; numpy.memmap("{folder}/written", "u1", "w+", shape=(3,))',
    "numpy load with pickles": 'import numpy; numpy.load("{file}", allow_pickle=True)',
    "a pickle to a file": 'import pickle; pickle.dump([1], open("{folder}/written", "wb"))',
    "a pickle that runs a programme": "import pickle; pickle.loads(b'cposix\\nsystem\\n(S\"touch "
    "{folder}/written\"\\ntR.') and None; assert False",
    "pandas read": 'import pandas; pandas.read_csv("{table}")',
    "pandas write": 'import pandas; pandas.DataFrame([1]).to_csv("{folder}/written")',
    "the engine reads": "data.execute(\"FROM read_text('{file}')\").fetchall()[0]",
    "the engine reads a table": "data.execute(\"FROM '{table}'\").fetchall()[0]",
    "the engine writes": "data.execute(\"COPY (SELECT 1) TO '{folder}/written'\")",
    "the engine attaches": "data.execute(\"ATTACH '{other}' AS o (READ_ONLY)\")",
    "the engine makes a file": "import duckdb; duckdb.connect('{folder}/new.duckdb')",
    "the engine opens the project": "import duckdb; duckdb.connect('{database}', read_only=True)",
    "the engine installs": 'data.execute("INSTALL httpfs")',
    "the engine loads": "data.execute(\"LOAD '{file}'\")",
    "the engine spills": "data.execute(\"SET temp_directory='{folder}'\"); data.execute(\"SET memory_limit="
    "'1MB'\"); data.execute('CREATE TABLE b AS SELECT range, random() r FROM range(9000000) ORDER BY r')",
    "the engine profiles": "data.execute(\"PRAGMA enable_profiling='json'\"); data.execute(\"PRAGMA "
    "profiling_output='{folder}/written'\"); data.execute('SELECT 1'); open('{folder}/written')",
    "a socket": "import socket; socket.socket()",
    "a pair of sockets": "import socket; socket.socketpair()",
    "a connection": 'import socket; socket.create_connection(("127.0.0.1", 80))',
    "a web address": 'import urllib.request; urllib.request.urlopen("http://127.0.0.1/")',
    "a socket by a bare call": "import ctypes; assert ctypes.CDLL(None).syscall(41, 2, 1, 0) >= 0",
    "io_uring": "import ctypes; assert ctypes.CDLL(None).syscall(425, 8, bytes(120)) >= 0",
    "fork": "import os; os.fork()",
    "fork a terminal": "import pty; pty.fork()",
    "a programme": 'import subprocess; subprocess.run(["true"])',
    "a programme by a shell": 'import os; assert os.system("true") == 0',
    "become a programme": 'import os; os.execv("/bin/true", ["true"])',
    "posix_spawn": 'import os; os.posix_spawn("/bin/true", ["true"], dict())',
    "a pool of processes": "import multiprocessing; multiprocessing.Pool(1)",
    "vfork by a bare call": "import ctypes; assert ctypes.CDLL(None).syscall(58) >= 0",
    "end the parent": "import os; os.kill({parent}, 9)",
    "end everybody": "import os; os.kill(-1, 15)",
    "signal a thread of the parent": "import ctypes; assert ctypes.CDLL(None).syscall(234, {parent}, {parent}, 0)"
    " == 0",
    "queue a signal": "import ctypes; assert ctypes.CDLL(None).syscall(129, {parent}, 0, bytes(128)) == 0",
    "a handle on the parent": "import os; os.pidfd_open({parent})",
    "trace the parent": "import ctypes; assert ctypes.CDLL(None).ptrace(16, {parent}, 0, 0) == 0",
    "read the parent's memory": "import ctypes; assert ctypes.CDLL(None).process_vm_readv({parent}, 0, 0, 0, 0, "
    "0) == 0",
    "lower the parent's limits": "import resource; resource.prlimit({parent}, resource.RLIMIT_NOFILE, (1, 1))",
    "read the parent's limits": "import resource; resource.prlimit({parent}, resource.RLIMIT_NOFILE)",
    "pin the parent": "import os; os.sched_setaffinity({parent}, [0])",
    "put the parent behind": "import os; os.setpriority(os.PRIO_PROCESS, {parent}, 19)",
    "raise its own limits": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "outlive the parent": "import ctypes; assert ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0",
    "a network of its own": "import ctypes; assert ctypes.CDLL(None).unshare(0x10000000) == 0",
    "another namespace": "import ctypes; assert ctypes.CDLL(None).setns(0, 0) == 0",
    "another root": 'import os; os.chroot("/")',
    "mount": "import ctypes; assert ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, 0) == 0",
    "a programme in the kernel": "import ctypes; assert ctypes.CDLL(None).syscall(321, 0, 0, 0) >= 0",
    "another user": "import os; os.setuid(0)",
    "a key ring": "import ctypes; assert ctypes.CDLL(None).syscall(250, 0, -3, 1) >= 0",
    "import what was not loaded": "import sqlite3.dbapi2, xmlrpc.server",
    "load a library": "import ctypes; ctypes.CDLL('libm.so.7')",
    "put a folder on the path": 'import sys; sys.path.insert(0, "{folder}"); import written_module',
    "reload a module": "import importlib, json; importlib.reload(json)",
    "a thread that opens": "import threading; t = []\n"
    "def f():\n    try:\n        t.append(open('{file}'))\n    except OSError:\n        pass\n"
    "x = threading.Thread(target=f); x.start(); x.join(); assert t",
    "the threads of another library": "import pyarrow.fs; pyarrow.fs.LocalFileSystem().open_input_file('{file}')",
    "a sub-interpreter": "import _xxsubinterpreters as s; i = s.create(); s.run_string(i, "
    "'open(\"{file}\")')",
    "other descriptors": "import os; found = []\nfor n in range(3, 64):\n    try:\n        os.fstat(n); "
    "found.append(os.read(n, 1))\n    except OSError:\n        pass\nassert found",
    "a signal that the kernel sends": "import fcntl; fcntl.fcntl(1, fcntl.F_SETOWN, {parent})",
    "a signal of its choosing": "import fcntl; fcntl.fcntl(1, 10, 9)",
    "a signal to a thread by the kernel": "import fcntl, struct; fcntl.fcntl(1, 15, struct.pack('ii', 1, {parent}))",
    "a signal by a bare call": "import ctypes; assert ctypes.CDLL(None).syscall(72, 1, 8, {parent}) == 0",
    "old shared memory": "import ctypes; assert ctypes.CDLL(None).syscall(31, 0, 3, bytes(256)) >= 0",
    "old messages": "import ctypes; assert ctypes.CDLL(None).syscall(71, 0, 3, bytes(256)) >= 0",
    "old semaphores": "import ctypes; assert ctypes.CDLL(None).syscall(66, 0, 0, 3, bytes(256)) >= 0",
    "what is mounted": "import ctypes, struct; assert ctypes.CDLL(None).syscall(458, struct.pack('IIQQQ', 24, 0, "
    "2**64 - 1, 0, 0), bytes(512), 8, 0) >= 0",
    "a call newer than the list": "import ctypes; k = ctypes.CDLL(None, use_errno=True); assert k.syscall(468, -100, "
    "b'/etc', bytes(64), 64, 0) == 0 or ctypes.get_errno() != 38",
    "where the parent keeps its locks": "import ctypes; a, b = ctypes.c_void_p(), ctypes.c_size_t(); assert "
    "ctypes.CDLL(None).syscall(274, {parent}, ctypes.byref(a), ctypes.byref(b)) == 0",
    "how the parent is ranked": "import os; os.getpriority(os.PRIO_PROCESS, {parent})",
    "typing into a terminal": "import fcntl; fcntl.ioctl(1, 0x5412, b'x')",
    "a thread in another network": "import ctypes; assert ctypes.CDLL(None).syscall(56, 0x40010900, 0, 0, 0, 0) >= 0",
    "a programme of its own making": "import mmap, ctypes; m = mmap.mmap(-1, 4096, prot=7); m.write(bytes.fromhex("
    "'b83b0000000f05c3')); assert ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(m)))() "
    ">= 0",
    "a call of 32 bits": "import mmap, ctypes; m = mmap.mmap(-1, 4096, prot=7); m.write(bytes.fromhex("
    "'b814000000cd80c3')); assert ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(m)))() "
    "> 0",
    "a call by its other number": "import ctypes; assert ctypes.CDLL(None).syscall(0x40000002, b'{file}', 0) >= 0",
    "a function of ours in the engine": "data.create_function('f', lambda x: open('{file}').read(), ['VARCHAR'], "
    "'VARCHAR'); data.execute(\"SELECT f('a')\").fetchall()",
    "the orders of the runner": "import sys\nf = sys._getframe()\nwhile f:\n    g, f = f, f.f_back\n"
    "assert g.f_locals['orders'].read(1)",
    "files that something holds open": "import gc, io; assert [o.read(1) for o in gc.get_objects() if "
    "isinstance(o, io.IOBase) and not o.closed and o.readable()]",
    "modules of the custodian": "import sys; assert [n for n in sys.modules if 'custody' in n or 'django' in n or "
    "'vault.keys' in n or 'ledger' in n]",
    "a map of a file": "import pyarrow; pyarrow.memory_map('{file}')",
    "a library's own reader": "import scipy.io; scipy.io.loadmat('{file}')",
    "a place in time": "import zoneinfo; zoneinfo.ZoneInfo('Antarctica/Troll')",
    "a log": "import logging; logging.FileHandler('{folder}/written')",
    "an archive on the path": "import zipimport; zipimport.zipimporter('{file}')",
    "a trace of memory": "import tracemalloc; tracemalloc.start(); tracemalloc.take_snapshot().dump('{folder}/written')",
    "an audit hook": "import sys; sys.addaudithook(lambda *a: None); open('{file}')",
    "signals to itself": "import signal, os; signal.raise_signal(signal.SIGTERM); os.kill(os.getpid(), 9)",
}  # fmt: skip

# What a script may do to itself and to its answer: it ends, or the answer is not taken.
TRICKS = {
    "it says more than it made": 'make("out", snz_uid=[1], x=[1]); make("more", snz_uid=[1], x=[1])',
    "it makes nothing": "pass",
    "another name": 'make("others", snz_uid=[1], x=[1])',
    "a name that says something": 'make("out_17_was_in_hospital", snz_uid=[1], x=[1])',
    "a column that is an id": 'make("out", snz_uid=[1], other_uid=[1])',
    "a column with a sentence": 'make("out", snz_uid=[1], **{"she was in hospital": [1]})',
    "somebody who is not there": 'make("out", snz_uid=[10**9], x=[1])',
    "nobody": 'make("out", snz_uid=[-1], x=[1])',
    "somebody twice": 'make("out", snz_uid=[1, 1], x=[1, 2])',
    "columns of other lengths": 'make("out", snz_uid=[1, 2], x=[1])',
    "long texts": 'make("out", snz_uid=[1], x=["a" * 5000])',
    "too many texts": EVERYBODY + 'make("out", snz_uid=p["snz_uid"], x=[f"a{n}" for n in range(len(p["snz_uid"]))]'
    ")",
    "no answer": "import os; os._exit(0)",
    "an exit": "raise SystemExit(17)",
    "a crash": "import ctypes; ctypes.string_at(0)",
    "an abort": "import os; os.abort()",
    "a broken answer": "import os\nfor n in range(3, 20):\n    try:\n        os.write(n, b'{]' + bytes(99) + b'\\n')\n"
    "    except OSError:\n        pass\nos._exit(0)",
    "a deep answer": "import os\nfor n in range(3, 20):\n    try:\n        os.write(n, b'[' * 60000 + b'\\n')\n"
    "    except OSError:\n        pass\nos._exit(0)",
    "an answer of another shape": "import os\nfor n in range(3, 20):\n    try:\n        os.write(n, "
    "b'{\"answer\": {\"made\": 7}, \"parts\": []}\\n')\n    except OSError:\n        pass\nos._exit(0)",
    "a part of less than nothing": "import os\nfor n in range(3, 20):\n    try:\n        os.write(n, "
    "b'{\"answer\": {}, \"parts\": [-9]}\\n')\n    except OSError:\n        pass\nos._exit(0)",
    "a part without end": "import os\nfor n in range(3, 20):\n    try:\n        os.write(n, "
    "b'{\"answer\": {}, \"parts\": [99999999999]}\\n')\n    except OSError:\n        pass\nos._exit(0)",
    "a made-up refusal": "import os\nfor n in range(3, 20):\n    try:\n        os.write(n, "
    "b'{\"answer\": {\"refused\": \"Ana was in hospital\", \"kind\": \"Ana\", \"line\": 17}, \"parts\": []}\\n')\n"
    "    except OSError:\n        pass\nos._exit(0)",
    "our own runner changed": "import sys\nfor name in list(sys.modules):\n    if name.startswith('linkwell'):\n"
    "        for each in dir(sys.modules[name]):\n            try:\n                setattr(sys.modules[name], "
    "each, None)\n            except Exception:\n                pass",
    "much on the screen": "import sys\nfor n in range(3000):\n    print('x' * 9999); sys.stderr.write('y' * 9999)\n"
    "raise ValueError('Ana was in hospital')",
}  # fmt: skip

# Heavy work; each ends by a limit.
HEAVY = {
    "memory": 'x = b"x" * (8 << 30)',
    "memory by the engine": "x = data.execute('SELECT len(range(900000000))').fetchall()",
    "memory bit by bit": "x = []\nwhile True:\n    x.append(bytearray(1 << 20))",
    "for ever": "while True:\n    pass",
    "for ever in threads": "import threading\ndef f():\n    while True:\n        pass\nfor n in range(50):\n"
    "    threading.Thread(target=f).start()",
    "threads without end": "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(99,)"
    ").start()",
    "no interruption": "import signal, time\nfor n in range(1, 65):\n    try:\n        signal.signal(n, "
    "signal.SIG_IGN)\n    except Exception:\n        pass\nwhile True:\n    time.sleep(1)",
    "a number without end": "x = 7 ** (10 ** 10)",
}

# One person's data in other people's rows: refused, because it comes out differently without that person.
CARRIED = {
    "everybody told of one": "one = p['note'] == '{planted}'\n"
    "make('out', snz_uid=p['snz_uid'], x=np.full(len(p['snz_uid']), one.any()))",
    "nobody there if she is": "keep = ~np.full(len(p['snz_uid']), (p['note'] == '{planted}').any())\n"
    "make('out', snz_uid=p['snz_uid'][keep], x=keep[keep])",
    "a mean over all": "make('out', snz_uid=p['snz_uid'], x=p['birth'] - p['birth'].mean())",
    "chance": "make('out', snz_uid=p['snz_uid'], x=np.random.default_rng().random(len(p['snz_uid'])) < 0.5)",
    "the number she has here": "make('out', snz_uid=p['snz_uid'], x=p['snz_uid'] % 2 == 0)",
    "a hair's breadth": "one = (p['note'] == '{planted}').any()\n"
    "make('out', snz_uid=p['snz_uid'], x=np.full(len(p['snz_uid']), 1.0 + one * 2.0**-52))",
    "what a household of two shares": "one = (p['income'] == 987654).any()\n"
    "make('out', snz_uid=p['snz_uid'], x=np.full(len(p['snz_uid']), one))",
    "what a group of three shares": "one = (p['rare'] == 1).any()\n"
    "make('out', snz_uid=p['snz_uid'], x=np.full(len(p['snz_uid']), one))",
    "a fitted line": "import statsmodels.api as sm\nfit = sm.OLS(p['birth'], sm.add_constant(p['snz_uid'] * 1.0))"
    ".fit()\nmake('out', snz_uid=p['snz_uid'], x=fit.fittedvalues)",
}

ALLOWED = """
import pandas
from statsmodels.distributions.empirical_distribution import StepFunction
step = StepFunction([1950.0, 1980.0], [1.0, 2.0])
d = data.sql("SELECT snz_uid, birth, note, k, k > 3 AS b, count(*) AS n FROM person WHERE birth > 1940 GROUP BY ALL ORDER BY 1").df()
q = data.sql("SELECT k, CASE WHEN k IS NULL THEN 'w' END AS w FROM person WHERE birth > 1940 ORDER BY snz_uid").fetchnumpy()
make("out", snz_uid=d["snz_uid"], x=np.log(d["birth"]), y=d["birth"] > 1950, z=d["note"], n=d["n"], s=step(d["birth"]),
     k=d["k"], m=q["k"], w=q["w"], b=d["b"])
"""
