"""A system-call filter in plain BPF: what a query never needs is answered "not permitted".

The filter is a list of refusals, so that the engine and Python go on to run on a newer C library; it can
never be taken off again. Threads may be started, processes may not.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Callable

from linkwell.lab.kernel import NotThere, call, libc, no_new_privileges, prctl

_SET_SECCOMP, _FILTER_MODE = 22, 2
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_REFUSE = _ERRNO | errno.EPERM
_SECCOMP, _OF_MODE_FILTER, _IN_EVERY_THREAD = (317, 277), 1, 1
_X32 = 0x40000000
_CLONE_THREAD = 0x00010000
_CLONE_NEW = 0x7E020000
"""A thread may be started in a namespace of its own: within ours, this process may do that."""

Calls = dict[str, tuple[int, int]]

# name: (x86-64, 64-bit ARM); -1 where the machine has no such call.
_REFUSED: Calls = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206),
    "sendmsg": (46, 211), "sendmmsg": (307, 269), "recvmsg": (47, 212), "recvmmsg": (299, 243),
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, -1), "vfork": (58, -1),
    "kill": (62, 129), "tkill": (200, 130), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "process_madvise": (440, 440), "kcmp": (312, 272),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "mknod": (133, -1),
    "mknodat": (259, 33), "setxattr": (188, 5), "fanotify_init": (300, 262), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "io_setup": (206, 0), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "quotactl": (179, 60), "syslog": (103, 116), "personality": (135, 92), "iopl": (172, -1),
    "ioperm": (173, -1), "sethostname": (170, 161), "setdomainname": (171, 162), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171), "setuid": (105, 146),
    "setgid": (106, 144), "setresuid": (117, 147), "setresgid": (119, 149), "setgroups": (116, 159),
    "capset": (126, 91), "shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186), "semget": (64, 190),
    "mq_open": (240, 180), "setpriority": (141, 140), "sched_setscheduler": (144, 119),
    "setsid": (112, 157), "vhangup": (153, 58), "lookup_dcookie": (212, 18), "nfsservctl": (180, 42),
    "uselib": (134, -1), "modify_ldt": (154, -1), "chmod": (90, -1), "fchmod": (91, 52),
    "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, -1), "fchown": (93, 55),
    "lchown": (94, -1), "fchownat": (260, 54), "utime": (132, -1), "utimes": (235, -1),
    "futimesat": (261, -1), "utimensat": (280, 88), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "sched_setaffinity": (203, 122), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    "ioprio_set": (251, 30), "move_pages": (279, 239), "migrate_pages": (256, 238),
    "process_mrelease": (448, 448), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "setpgid": (109, 154), "shmctl": (31, 195), "shmdt": (67, 197), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187), "semop": (65, 193), "semtimedop": (220, 192), "semctl": (66, 191),
    "mq_unlink": (241, 181), "mq_timedsend": (242, 182), "mq_timedreceive": (243, 183),
    "mq_notify": (244, 184), "mq_getsetattr": (245, 185), "get_robust_list": (274, 100),
    "getpriority": (140, 141), "quotactl_fd": (443, 443), "cachestat": (451, 451), "statmount": (457, 457),
    "listmount": (458, 458),
}  # fmt: skip
"""Landlock knows of no rights to change who owns a file, its mode or its times, nor of another process's
limits, processors and place in the queue: all this one user's processes may do to one another."""

# What a script's process is refused as well: it has what it needs, and opens, looks for and marks nothing.
_REFUSED_TO_SCRIPTS: Calls = {
    "open": (2, -1), "openat": (257, 56), "openat2": (437, 437), "creat": (85, -1), "stat": (4, -1),
    "lstat": (6, -1), "newfstatat": (262, 79), "statx": (332, 291), "access": (21, -1),
    "faccessat": (269, 48), "faccessat2": (439, 439), "readlink": (89, -1), "readlinkat": (267, 78),
    "chdir": (80, 49), "fchdir": (81, 50), "mkdir": (83, -1), "mkdirat": (258, 34), "rmdir": (84, -1),
    "unlink": (87, -1), "unlinkat": (263, 35), "symlink": (88, -1), "symlinkat": (266, 36),
    "link": (86, -1), "linkat": (265, 37), "rename": (82, -1), "renameat": (264, 38),
    "renameat2": (316, 276), "truncate": (76, 45), "statfs": (137, 43), "inotify_init": (253, -1),
    "inotify_init1": (294, 26), "getxattr": (191, 8), "lgetxattr": (192, 9), "listxattr": (194, 11),
    "llistxattr": (195, 12), "flock": (73, 32), "prctl": (157, 167), "getcwd": (79, 17),
}  # fmt: skip
_NEWER = 463
"""The first number this list does not know (setxattrat, Linux 6.13): it and those after it do not exist."""

_FCNTL, _SECOND_ARGUMENT = (72, 25), 24
_SET_OWNER, _SET_SIGNAL, _SET_OWNER_EX = 8, 10, 15
"""What of fcntl has the kernel send a signal of one's choosing to another process, when a pipe is read."""

_CLONE, _CLONE3 = (56, 220), (435, 435)
_OF_ITSELF_ALONE: Calls = {"prlimit64": (302, 261), "tgkill": (234, 131)}
"""Calls that name a process: this one, and no other."""
_ARCHES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}


def refused_numbers(*, script: bool = False) -> tuple[int, ...]:
    """The numbers of the refused calls on this machine, for the self-test."""
    column = _column()
    refused = _REFUSED | (_REFUSED_TO_SCRIPTS if script else {})
    return tuple(numbers[column] for numbers in refused.values() if numbers[column] >= 0)


def calls_of_itself_alone() -> tuple[int, ...]:
    """The numbers of the calls that may name no other process."""
    column = _column()
    return tuple(numbers[column] for numbers in _OF_ITSELF_ALONE.values())


def filter_calls() -> None:
    """Refuse, in every thread that is started from here on, what a query never needs.

    Raises:
        NotThere: the kernel or the machine has no such filter.
    """
    _filter(_REFUSED, _own_processes, lambda head: prctl(_SET_SECCOMP, _FILTER_MODE, head, 0, 0))


def close_files() -> None:
    """Refuse, in every thread there is, to open, look for, mark or change anything that has a name; also to
    take back that this process ends with its parent.

    Raises:
        NotThere: as `filter_calls`; or a thread could not be made to hold to it.
    """
    number = _SECCOMP[_column()]
    _filter(
        _REFUSED_TO_SCRIPTS,
        lambda column: [],
        lambda head: int(libc().syscall(number, _OF_MODE_FILTER, _IN_EVERY_THREAD, ctypes.c_void_p(head))),
    )


def _column() -> int:
    machine = os.uname().machine
    if machine not in _ARCHES:
        raise NotThere(f"no table of calls for {machine}")
    return _ARCHES[machine][1]


def _filter(refused: Calls, more: Callable[[int], list[bytes]], install: Callable[[int], int]) -> None:
    column = _column()
    program = _program(refused, more(column))
    code = ctypes.create_string_buffer(program)
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    no_new_privileges()
    held = ctypes.create_string_buffer(head)
    if call(install(ctypes.addressof(held)), "seccomp"):
        raise NotThere("seccomp: a thread stayed outside")


def _program(refused: Calls, more: list[bytes]) -> bytes:
    arch, column = _ARCHES[os.uname().machine]
    steps = [
        _step(_LOAD, _ARCH), _step(_EQUAL, arch, 1, 0), _step(_RETURN, _KILL), _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, _X32, 0, 1), _step(_RETURN, _KILL),
        _step(_AT_LEAST, _NEWER, 0, 1), _step(_RETURN, _ERRNO | errno.ENOSYS),
    ]  # fmt: skip
    for numbers in refused.values():
        if numbers[column] >= 0:
            steps += [_step(_EQUAL, numbers[column], 0, 1), _step(_RETURN, _REFUSE)]
    return b"".join([*steps, *more, _step(_RETURN, _ALLOW)])


def _own_processes(column: int) -> list[bytes]:
    """No new process, and of those there are only this one."""
    # The C library falls back to clone, whose flags can be read, when clone3 is said not to exist.
    steps = [_step(_EQUAL, _CLONE3[column], 0, 1), _step(_RETURN, _ERRNO | errno.ENOSYS)]
    for numbers in _OF_ITSELF_ALONE.values():  # 0 is oneself as well, to those that know it
        steps += [
            _step(_EQUAL, numbers[column], 0, 5), _step(_LOAD, _FIRST_ARGUMENT), _step(_EQUAL, 0, 2, 0),
            _step(_EQUAL, os.getpid(), 1, 0), _step(_RETURN, _REFUSE), _step(_RETURN, _ALLOW),
        ]  # fmt: skip
    steps += [
        _step(_EQUAL, _FCNTL[column], 0, 6), _step(_LOAD, _SECOND_ARGUMENT),
        _step(_EQUAL, _SET_OWNER, 2, 0), _step(_EQUAL, _SET_SIGNAL, 1, 0), _step(_EQUAL, _SET_OWNER_EX, 0, 1),
        _step(_RETURN, _REFUSE), _step(_RETURN, _ALLOW),
    ]  # fmt: skip
    return [
        *steps, _step(_EQUAL, _CLONE[column], 0, 4), _step(_LOAD, _FIRST_ARGUMENT),
        _step(_ANY_BIT, _CLONE_NEW, 1, 0), _step(_ANY_BIT, _CLONE_THREAD, 1, 0), _step(_RETURN, _REFUSE),
    ]  # fmt: skip


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, otherwise, value)
