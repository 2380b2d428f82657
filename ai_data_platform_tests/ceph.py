"""A Ceph of one monitor, one disk and the object gateway that speaks S3, on loopback and thrown away."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

__all__ = ["ACCESS_KEY", "SECRET_KEY", "ceph_gateway", "ceph_is_installed"]

ACCESS_KEY, SECRET_KEY = "test-access", "test-secret"
_PROGRAMS = ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph-authtool", "monmaptool")
_START_S = 120

_CONFIGURATION = """\
[global]
fsid = {fsid}
mon_initial_members = a
mon_host = [v2:127.0.0.1:{mon_v2},v1:127.0.0.1:{mon_v1}]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
keyring = {root}/admin.keyring
run_dir = {root}/run
admin_socket = {root}/run/$name.asok
pid_file = {root}/run/$name.pid
log_file = {root}/$name.log
mon_data = {root}/mon
osd_data = {root}/osd
# one disk is enough
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_data_avail_crit = 1
mon_data_avail_warn = 2
auth_allow_insecure_global_id_reclaim = false
# a sparse file on ext4 as the disk
bluestore_block_size = 4294967296
osd_memory_target = 939524096
osd_max_object_name_len = 256
osd_max_object_namespace_len = 64
[osd]
keyring = {root}/osd/keyring
[client.rgw]
keyring = {root}/rgw.keyring
rgw_data = {root}/rgw
rgw_frontends = beast endpoint=127.0.0.1:{port}
rgw_enable_ops_log = false
rgw_enable_usage_log = false
"""


def ceph_is_installed() -> bool:
    """Whether Debian's packages radosgw, ceph-mon and ceph-osd are there."""
    return all(shutil.which(program) for program in _PROGRAMS)


@contextmanager
def ceph_gateway(root: Path) -> Iterator[str]:
    """The URL of a gateway with one user, ACCESS_KEY; about 20 s until it answers."""
    for folder in ("mon", "osd", "rgw", "run"):
        (root / folder).mkdir(parents=True)
    fsid, port, mon_v1, mon_v2 = uuid4(), *_free_ports(3)
    (root / "ceph.conf").write_text(
        _CONFIGURATION.format(root=root, fsid=fsid, port=port, mon_v1=mon_v1, mon_v2=mon_v2)
    )
    try:
        _start_monitor(root, str(fsid), mon_v1, mon_v2)
        _start_disk(root)
        _start_gateway(root, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(root)


def _start_monitor(root: Path, fsid: str, mon_v1: int, mon_v2: int) -> None:
    addresses = f"[v2:127.0.0.1:{mon_v2},v1:127.0.0.1:{mon_v1}]"
    every = [part for service in ("osd", "mgr", "mds") for part in ("--cap", service, "allow *")]
    monitor = ["--cap", "mon", "allow *"]
    _run(root, "monmaptool --create --addv a", addresses, "--fsid", fsid, "monmap")
    _run(root, "ceph-authtool --create-keyring mon.keyring --gen-key -n mon.", *monitor)
    _run(
        root,
        "ceph-authtool --create-keyring admin.keyring --gen-key -n client.admin",
        *monitor,
        *every,
    )
    _run(root, "ceph-authtool mon.keyring --import-keyring admin.keyring")
    _run(root, "ceph-mon --mkfs -i a --monmap monmap --keyring mon.keyring")
    _run(root, "ceph-mon -i a")


def _start_disk(root: Path) -> None:
    disk = str(uuid4())
    _run(root, f"ceph osd new {disk} 0")
    key = _run(root, "ceph auth get-or-create osd.0 mon", "allow profile osd", "osd", "allow *")
    (root / "osd" / "keyring").write_text(key)
    _run(root, f"ceph-osd -i 0 --mkfs --osd-uuid {disk}")
    _run(root, "ceph-osd -i 0")
    _run(root, "ceph osd crush add osd.0 1.0 host=here root=default")


def _start_gateway(root: Path, port: int) -> None:
    key = _run(root, "ceph auth get-or-create client.rgw mon", "allow rw", "osd", "allow rwx")
    (root / "rgw.keyring").write_text(key)
    _run(root, "radosgw -n client.rgw")
    deadline = time.monotonic() + _START_S
    while not _answers(port):
        if time.monotonic() > deadline:
            raise TimeoutError(f"radosgw does not answer after {_START_S} s: see {root}")
        time.sleep(0.2)
    keys = (f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}")
    _run(root, "radosgw-admin -n client.rgw user create --uid=test --display-name=test", *keys)


def _run(root: Path, line: str, *more: str) -> str:
    """Run one of Ceph's programs in the folder; daemons go to the background by themselves."""
    command = [*line.split(), *more]
    if command[0] not in ("monmaptool", "ceph-authtool"):
        command += ["-c", "ceph.conf"]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=_START_S, check=False
    )
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-500:]}"
        )
    return done.stdout


def _stop(root: Path) -> None:
    """The gateway first: it does not heed SIGTERM once its disk is gone."""
    import psutil

    for name in ("client.rgw", "osd.0", "mon.a"):
        file = root / "run" / f"{name}.pid"
        if not file.is_file():
            continue
        try:
            process = psutil.Process(int(file.read_text()))
            process.send_signal(signal.SIGTERM)
            process.wait(5)
        except psutil.TimeoutExpired:
            process.kill()
        except psutil.NoSuchProcess:
            pass


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
