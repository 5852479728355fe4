#!/bin/bash
# Exits with 0 when the process in this container is ready, otherwise prints what is missing and exits with 1. Starts nothing
# but bash itself, because it runs every few seconds in each container; the engine ends it when there is no response.
exec 3<>"/dev/tcp/127.0.0.1/$PORT" && printf 'GET /health/ready HTTP/1.0\r\n\r\n' >&3 && mapfile -t -u 3 response || exit 1
[[ ${response[0]} == *' 200 '* ]] && exit 0
printf '%s\n' "${response[@]}"
exit 1
