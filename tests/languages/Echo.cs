// SPDX-FileCopyrightText: 2026 The snet authors
// SPDX-License-Identifier: MIT
//
// An echo over a URL from C#, with collections meanwhile and events that are pulled: Echo URL BYTES
using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

static unsafe class Echo
{
    struct Error { public int Err, OsErr; public fixed byte Option[48]; public fixed byte Text[200]; }
    struct Event { public uint Type; public int Err; public IntPtr Socket, User;
                   public ulong AfterNs, ResentBytes; public uint Attempt, Reserved; }
    [DllImport("snet")] static extern IntPtr snet_events_new();
    [DllImport("snet")] static extern void snet_events_free(IntPtr events);
    [DllImport("snet")] static extern int snet_events_next(IntPtr events, out Event e, UIntPtr size, ulong ns);
    [DllImport("snet")] static extern IntPtr snet_config_new();
    [DllImport("snet")] static extern void snet_config_free(IntPtr config);
    [DllImport("snet")] static extern int snet_config_set_events(IntPtr config, IntPtr events);
    [DllImport("snet")] static extern IntPtr snet_dial_url(byte[] url, IntPtr config, out Error error);
    [DllImport("snet", SetLastError = true)] static extern IntPtr snet_read(IntPtr socket, byte[] data, UIntPtr len);
    [DllImport("snet", SetLastError = true)] static extern IntPtr snet_write(IntPtr socket, byte[] data, UIntPtr len);
    [DllImport("snet")] static extern int snet_close(IntPtr socket);
    [DllImport("snet")] static extern int snet_library_close(ulong timeoutNs);

    static int Main(string[] args)
    {
        Error error; Event e; uint resumes = 0;
        long total = long.Parse(args[1]);
        IntPtr events = snet_events_new(), config = snet_config_new();
        snet_config_set_events(config, events);
        var server = snet_dial_url(Encoding.UTF8.GetBytes(args[0] + "\0"), config, out error);
        if (server == IntPtr.Zero) { Console.Error.WriteLine(Marshal.PtrToStringAnsi((IntPtr)error.Text)); return 69; }
        var random = new Random(1);
        byte[] sent = new byte[16384], got = new byte[16384], part = new byte[16384];
        for (long done = 0; done < total; done += sent.Length) {
            random.NextBytes(sent);
            if ((long)snet_write(server, sent, (UIntPtr)(uint)sent.Length) != sent.Length) { return 74; }
            for (int at = 0; at < got.Length;) {
                int len = (int)snet_read(server, part, (UIntPtr)(uint)(got.Length - at));
                if (len <= 0) { return 74; }
                Array.Copy(part, 0, got, at, len); at += len;
            }
            if (!got.SequenceEqual(sent)) { return 1; }
            GC.Collect();
            while (snet_events_next(events, out e, (UIntPtr)(uint)sizeof(Event), 0) == 1) { resumes += e.Type == 4 ? 1u : 0; }
        }
        snet_close(server); snet_config_free(config); snet_events_free(events);
        if (snet_library_close(5000000000) != 0) { return 70; }
        Console.WriteLine(total + " bytes, " + resumes + " resumes");
        return 0;
    }
}
