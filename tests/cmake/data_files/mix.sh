#!/bin/sh
echo mixed
