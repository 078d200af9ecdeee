"""Cuts each N bytes on average (default 10k): 500 kB in 40 s. Over wires 1 and 2 it takes below 1 s.
r06_frequent_cuts.py [CUT] [WIRE]"""
import sys
from lab import *

cut, wire = sys.argv[1] if len(sys.argv) > 1 else "10k", sys.argv[2] if len(sys.argv) > 2 else "3"
size = 500_000
blob = os.urandom(size)
b, gp, mp, lp = Backend(lambda c: (c.recv(1), c.sendall(blob), c.recv(1))), port(), port(), port()
serve(f"127.0.0.1:{gp}", f"127.0.0.1:{b.port}", wire=wire)
chaos(f"127.0.0.1:{mp}", f"127.0.0.1:{gp}", "--cut-every", cut, "--seed", "7")
connect(f"127.0.0.1:{mp}", f"127.0.0.1:{lp}", wire=wire)
s = socket.create_connection(("127.0.0.1", lp))
s.settimeout(1)
s.sendall(b"g")
start, got = time.time(), 0
while got < size and time.time() < start + 6:
    try:
        got += len(s.recv(65536))
    except socket.timeout:
        pass
print("\n".join(log("connect").splitlines()[:60])); verdict(got == size, f"wire {wire}, cut every {cut}: {got} of {size} in {time.time() - start:.1f} s")
