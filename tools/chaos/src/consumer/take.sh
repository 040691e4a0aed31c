#!/bin/sh
# What a delivery is handed to: the message on standard input, its facts in the environment. It ends with 0 once the
# message lies on the disk. Now and then it is slow, says no, or says no although it has taken the message.
set -eu
case $(($$ % 97)) in
  3) exit 75 ;;
  5) sleep 1 ;;
esac
name="$SIGNALBOX_MAILBOX.$SIGNALBOX_DELIVERY.$$"
cat >"$1/tmp/$name"
sync "$1/tmp/$name"
mv "$1/tmp/$name" "$1/new/$name"
sync "$1/new"
if [ $(($$ % 97)) -eq 7 ]; then exit 75; fi
